import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../../adapters/crypto/signing-keys.ts';
import { signingKeyFactoryContract } from '../../contracts/signing-key-factory.contract.ts';

signingKeyFactoryContract(() => {
  const box = createSecretBox(['the secret key']);
  return { factory: createSigningKeyFactory({ box }), box };
});
