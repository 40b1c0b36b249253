// JavaScript, because the CLI compiles a pack that is TypeScript with a compiler of its own; what it imports, Node runs as it is.
import './pack.ts'
