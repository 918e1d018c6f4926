declare module '*.wgsl?raw' {
  const code: string;
  export default code;
}
declare module '*.wasm?inline' {
  /** A base64 `data:` URL of the module. */
  const url: string;
  export default url;
}
declare module '*.js?raw' {
  const code: string;
  export default code;
}
