import { createCommonPasswords } from '../../../adapters/crypto/common-passwords.ts';
import { commonPasswordsContract } from '../../contracts/common-passwords.contract.ts';

commonPasswordsContract(createCommonPasswords);
