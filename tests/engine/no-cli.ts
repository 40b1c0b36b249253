/** Set by the run's setup where no CLI can be had, so that it is looked for, and its absence told, once. */
export const NO_CLI = 'TESTS_WITHOUT_PULUMI'
