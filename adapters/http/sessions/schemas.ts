import { Type } from 'typebox';

/** Of any form: what is no id at all names nothing either, and is told as such. */
export const SessionParams = Type.Object({
  id: Type.String({
    description: 'The id of a session of one’s own, as `session.id` of a sign-in tells it',
    examples: ['0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'],
  }),
});
