/** A function that does nothing: what starting a process costs anybody. */
export async function handler(): Promise<{ readonly statusCode: number }> {
  return { statusCode: 200 }
}
