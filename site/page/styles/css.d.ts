/** esbuild takes it into the page's stylesheet. */
declare module '*.css'
