/** Whether `If-None-Match` names `etag`: a list of tags or `*`, compared weakly (RFC 9110, section 13.1.2). */
export function holdsEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}
