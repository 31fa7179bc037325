import { SecretText } from '../../electron/instance/vault/secret-text.ts';
import { openCore, plantedValue } from '../crash/open-core.ts';

/**
 * `seal-many.ts DATA_DIR COUNT`: values in the vault of an instance that is stopped, quicker than a page brings them
 * in. A process of its own, as it needs the keyring's bus.
 */
const [dataDir = '', count] = process.argv.slice(2);
const { core, close } = await openCore(dataDir);
core.store.transaction(() => {
  for (let index = 0; index < Number(count); index++)
    core.secrets.seal('env_var', new SecretText(plantedValue(index)));
});
close();
