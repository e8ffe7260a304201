"""What the plots of benchmarks are drawn with: pieces of SVG as text."""
import html
import math


def text(x, y, words, anchor="start", kind=""):
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{of_kind}>{html.escape(str(words))}</text>'


def axis(x1, y1, x2, y2, kind=""):
    return f'<path class="axis{" " + kind if kind else ""}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'


def box(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def curve(points, colour, width):
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def titled(title, *parts):
    """What a browser says of these parts under the pointer."""
    return f"<g><title>{html.escape(title)}</title>{''.join(parts)}</g>"


def picture(width, height, label, parts, of_file=""):
    """`of_file`: the attributes of a picture that is a file by itself."""
    return (f'<svg{" " + of_file if of_file else ""} viewBox="0 0 {width} {height}" role="img" aria-label="{html.escape(label)}">\n'
            + "\n".join(parts) + "\n</svg>\n")


class LogScale:
    """From values between `low` and `high` to places between two ends."""

    def __init__(self, low, high, low_end, high_end):
        self.low, self.high, self.low_end, self.high_end = low, high, low_end, high_end

    def at(self, value):
        return self.low_end + (self.high_end - self.low_end) * math.log(value / self.low) / math.log(self.high / self.low)

    def steps(self, base, most=100):
        """Powers of the base, not more than about that many."""
        first, last = (round(math.log(end, base)) for end in (self.low, self.high))
        apart = max(1, (last - first) // most)
        return [float(base) ** e for e in range(first, last + 1) if e % apart == 0]


def scale_of_factors(factors, low_end, high_end):
    """With room for all of them, and for 1, between powers of two."""
    low = math.floor(min(0, *(math.log2(f) for f in factors)))
    high = max(low + 1, math.ceil(max(0, *(math.log2(f) for f in factors))))
    return LogScale(2.0**low, 2.0**high, low_end, high_end)
