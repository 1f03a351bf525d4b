import { createPlaces } from '../../../adapters/memory/places.ts';
import { placesContract } from '../../contracts/places.contract.ts';

const known = [
  { ip: '81.2.69.142', country: 'GB' },
  { ip: '2a02:26f0::1', country: 'DE' },
] as const;

placesContract('in memory', async () => ({
  places: createPlaces(
    new Map(known.map(({ ip, country }) => [ip, { country, city: null, latitude: null, longitude: null }])),
  ),
  known,
}));
