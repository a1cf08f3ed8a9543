# latencylab target/script 1
# The frame around the user's own handler: docs/own-handler.md. The host has put (name, text) of the file into
# ll_source. The frame counts, and keeps what the handler raises.
import io


class HandlerError(Exception):
    pass


# "my_handler.py, line 3: NameError: …": the innermost place of the user's file.
def ll_fault(e, name):
    out = io.StringIO()
    sys.print_exception(e, out)
    at = name
    for line in out.getvalue().split("\n"):
        words = line.split('"')
        if len(words) == 3 and words[1] == name:
            at = name + "," + words[2].split(",")[1]
    return ("%s: %s: %s" % (at, type(e).__name__, e))[:200]


def ll_scripted(response, count, faults):
    name, text = ll_source
    names = {"__name__": name}
    try:
        exec(compile(text, name, "exec"), names)
        if "make" not in names:
            raise ValueError("the file defines no make(response)")
        handler = names["make"](response)
        if not callable(handler):
            raise TypeError("make(response) must return the handler")
    except Exception as e:
        raise HandlerError(ll_fault(e, name))

    def counted(pin):
        try:
            handler(pin)
        except Exception as e:
            if not faults[0]:
                faults[1] = e
            faults[0] += 1
        count[0] += 1

    return counted
