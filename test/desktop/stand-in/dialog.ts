import type * as Electron from 'electron';
import { noteChange, obey, state } from './control/control.ts';
import type { DialogState, StandInCommands } from './control/control-contract.ts';
import { offer } from './offered.ts';

type Answer = StandInCommands['answerDialog'];
type Options = DialogState['options'];

const answers: Answer[] = [];
/** Dialogs that wait, oldest first. */
const waiting: ((answer: Answer) => void)[] = [];

/** Waits for the test, as a dialog does for its user. */
async function ask<Asked extends Options>(
  kind: DialogState['kind'],
  args: [Asked] | [Electron.BaseWindow, Asked],
): Promise<{ options: Asked; answer: Answer }> {
  const options = args[args.length - 1] as Asked;
  const shown: DialogState = {
    kind,
    isOpen: true,
    isModal: args.length === 2,
    options: structuredClone(options),
  };
  state.dialogs.push(shown);
  noteChange();
  const answer =
    answers.shift() ?? (await new Promise<Answer>((resolve) => waiting.push((given) => resolve(given))));
  shown.isOpen = false;
  noteChange();
  return { options, answer };
}

obey('answerDialog', (answer) => {
  const give = waiting.shift();
  if (give) give(answer);
  else answers.push(answer);
});

function pathsOf(answer: Answer): string[] {
  if (!('paths' in answer)) throw new Error('a dialog for files is answered with paths');
  return answer.paths;
}

async function showMessageBox(
  ...args: [Electron.MessageBoxOptions] | [Electron.BaseWindow, Electron.MessageBoxOptions]
): Promise<Electron.MessageBoxReturnValue> {
  const { options, answer } = await ask('message', args);
  if (!('button' in answer)) throw new Error('a message is answered with a button');
  const { button, isChecked } = answer;
  const response = typeof button === 'number' ? button : (options.buttons ?? []).indexOf(button);
  if (response < 0) throw new Error(`the dialog has no button '${button}'`);
  return { response, checkboxChecked: isChecked ?? options.checkboxChecked ?? false };
}

async function showOpenDialog(
  ...args: [Electron.OpenDialogOptions] | [Electron.BaseWindow, Electron.OpenDialogOptions]
): Promise<Electron.OpenDialogReturnValue> {
  const filePaths = pathsOf((await ask('open', args)).answer);
  return { canceled: filePaths.length === 0, filePaths };
}

async function showSaveDialog(
  ...args: [Electron.SaveDialogOptions] | [Electron.BaseWindow, Electron.SaveDialogOptions]
): Promise<Electron.SaveDialogReturnValue> {
  const [filePath = ''] = pathsOf((await ask('save', args)).answer);
  return { canceled: filePath === '', filePath };
}

/** Nobody has to answer it here: what waits for it in Electron is the rest of the program. */
export function showErrorBox(title: string, content: string): void {
  state.dialogs.push({
    kind: 'message',
    isOpen: false,
    isModal: false,
    options: { title, message: content },
  });
  noteChange();
}

export const dialog = offer<Electron.Dialog>()('dialog', { showMessageBox, showOpenDialog, showSaveDialog });
