@echo off
rem The command line of Temps.exe, which cmd alone would not wait for. What follows -- is the command's alone:
rem Electron refuses options after a word like x:y.
"%~dp0Temps.exe" -- %*
