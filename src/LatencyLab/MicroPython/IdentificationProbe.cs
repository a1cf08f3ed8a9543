namespace LatencyLab.MicroPython;

/// <summary>
/// The question "who are you" as MicroPython source. It writes nothing, imports only what every port has or may lack, and leaves no name behind.
/// A simulated board recognises it by <see cref="Header"/> alone.
/// </summary>
public static class IdentificationProbe
{
    /// <summary>The first line of <see cref="Source"/>, by which a simulated board knows it.</summary>
    public const string Header = "# latencylab identify 1";

    /// <summary>
    /// Prints <c>key=value</c> lines, then <c>end=1</c>: name, version (major.minor.micro and a suffix such as -preview), machine, build,
    /// platform, uid (lower-case hex), hz, free (bytes of heap). A key that the board can't answer is missing.
    /// </summary>
    public const string Source =
        Header + "\n" +
        """
        def _ll():
         def p(k,f):
          try:print(k+'='+str(f())[:200])
          except Exception:pass
         import sys
         def uname(i):
          import os
          return os.uname()[i]
         def uid():
          import machine
          return ''.join('%02x'%b for b in machine.unique_id())
         def hz():
          import machine
          f=machine.freq()
          return f[0] if isinstance(f,tuple) else f
         def free():
          import gc
          gc.collect()
          return gc.mem_free()
         def version():
          v=sys.implementation[1]
          s='.'.join(str(x) for x in v[:3])
          return s+'-'+v[3] if len(v)>3 and v[3] else s
         p('name',lambda:sys.implementation[0])
         p('version',version)
         p('machine',lambda:sys.implementation._machine)
         p('uname',lambda:uname(4))
         p('build',lambda:uname(3))
         p('sys',lambda:sys.version)
         p('platform',lambda:sys.platform)
         p('uid',uid)
         p('hz',hz)
         p('free',free)
         print('end=1')
        _ll()
        del _ll

        """;
}
