import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import { PRIVATE_NETWORKS } from '../kernel/addresses.ts';
import { LOCAL_DOMAINS } from './local-names.ts';

/**
 * What an authority may vouch for, as the content of an extension (RFC 5280, 4.2.1.10). A device that trusts it trusts it
 * for these names alone, whoever should get hold of its key.
 */
export function formatNameConstraints(machineNames: readonly string[]): { oid: string; der: ArrayBuffer } {
  const permitted = [
    ...[...LOCAL_DOMAINS, ...machineNames].map((dNSName) => new GeneralName({ dNSName })),
    ...PRIVATE_NETWORKS.map((iPAddress) => new GeneralName({ iPAddress })),
  ];
  const permittedSubtrees = new GeneralSubtrees(permitted.map((base) => new GeneralSubtree({ base })));
  return {
    oid: id_ce_nameConstraints,
    der: AsnConvert.serialize(new NameConstraints({ permittedSubtrees })),
  };
}
