export { type Engine, type EngineOptions, type RunningCli, startEngine } from '../../cli/engine.ts'
