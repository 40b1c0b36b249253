/** esbuild puts these files into the page's stylesheet. */
declare module '*.css'
