/** A function that does nothing: the time that every function takes to start. */
export async function handler(): Promise<{ readonly statusCode: number }> {
  return { statusCode: 200 }
}
