using LatencyLab.Fuzz;

// Coverage needs the instrumented copy; the first copy of this program only starts the second.
return args.Contains("--blind") ? Fuzzing.Run(args) : Instrumentation.Load(typeof(Fuzzing), nameof(Fuzzing.Run))(args);
