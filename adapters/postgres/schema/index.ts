export * from './audit.ts';
export * from './columns.ts';
export * from './mail.ts';
export * from './protection.ts';
export * from './sessions.ts';
export * from './sign-up.ts';
export * from './tenants.ts';
export * from './users.ts';
