import { passwordHasherContract } from '../../contracts/password-hasher.contract.ts';
import { fakeHasher } from '../../fakes/hasher.ts';

passwordHasherContract(() => ({ hasher: fakeHasher(1), stronger: fakeHasher(2) }));
