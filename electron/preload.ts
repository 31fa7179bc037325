import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { BridgeReply, ExposedBridge } from './desktop/bridge/bridge-contract.ts';

// Their names are repeated here because a sandboxed preload can load nothing; a test compares them to the contract.
const CALL_CHANNEL = 'desktop-call';
const EVENT_CHANNEL = 'desktop-event';

// SECURITY: two functions on two channels, no object of Electron's. Main checks every call against the contract.
const bridge: ExposedBridge = {
  call: (name, request) => ipcRenderer.invoke(CALL_CHANNEL, name, request) as Promise<BridgeReply>,
  on: (listener) => {
    const heard = (_event: IpcRendererEvent, name: string, message: unknown) => listener(name, message);
    ipcRenderer.on(EVENT_CHANNEL, heard);
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, heard);
    };
  },
};

contextBridge.exposeInMainWorld('desktop', bridge);
