export { type Engine, type EngineOptions, type RunningCli, startEngine } from '../../proof/harness/cli-provider.ts'
