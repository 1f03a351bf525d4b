import { createSecretBox } from '../../../adapters/crypto/secret-box.ts';
import { createSigningKeyFactory } from '../../../adapters/crypto/signing-keys.ts';
import { signingKeyFactoryContract } from '../../contracts/signing-key-factory.contract.ts';

signingKeyFactoryContract((secrets = ['the secret key']) => {
  const box = createSecretBox(secrets);
  return { factory: createSigningKeyFactory({ box }), box };
});
