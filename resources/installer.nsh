; `temps://` links open Temps. For the user who installed it, in the registry's own place for that:
; https://learn.microsoft.com/en-us/previous-versions/windows/internet-explorer/ie-developer/platform-apis/aa767914(v=vs.85)
!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\temps" "" "URL:Temps"
  WriteRegStr SHELL_CONTEXT "Software\Classes\temps" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\temps\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegKey SHELL_CONTEXT "Software\Classes\temps"
  ${endIf}
!macroend
