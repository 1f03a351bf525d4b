import { createNodeCrypto } from '../../../adapters/crypto/node-crypto.ts';
import { cryptoPrimitivesContract } from '../../contracts/crypto-primitives.contract.ts';

cryptoPrimitivesContract(createNodeCrypto);
