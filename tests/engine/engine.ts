export { type Engine, type EngineOptions, startEngine } from '../../cli/engine.ts'
