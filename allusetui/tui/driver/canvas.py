"""What the terminal is to show, what it shows, and what has to be sent to make the one the other."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from functools import partial

from allusetui.tui.driver.cells import BLANK, Cell, is_blank, is_certain, is_plain, space, width_of
from allusetui.tui.driver.look import PLAIN, Look, change
from allusetui.tui.driver.order import Stale, apart_by_look, bands, is_ground, is_in_order, next_stale, stale_of

_PAGE = 0.1
"""Of all cells: a market that moves fast changes fewer in a frame."""
_LEAST_ERASED = 8
"""From so many blanks on erasing is shorter than writing them."""


class Canvas:
    """Two grids of cells. Paint as often as you like: `changes` tells what is left to send, once.

    `erases`: the terminal erases in the pen's background, as nearly all do.
    """

    def __init__(self, width: int, height: int, erases: bool = True) -> None:
        self.width = width
        self.height = height
        self._erases = erases
        self._wanted = _grid(width, height, BLANK)
        self._shown: list[list[Cell]] | None = None
        self._painted: set[int] = set()
        self._pen: Look | None = None
        self._at: tuple[int, int] | None = None
        self._out: list[str] = []

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size: what it shows is not known any more. Nothing is sent before the next paint."""
        before, self._wanted = self._wanted, _grid(width, height, BLANK)
        self.width, self.height = width, height
        for y, row in enumerate(before[:height]):
            self.paint(y, 0, row)
        self._shown = None
        self._painted.clear()

    def forget(self) -> None:
        """Somebody else wrote on the terminal: the next changes are the whole screen."""
        self._shown = None
        self._painted = set(range(self.height))

    def paint(self, y: int, x: int, cells: Sequence[Cell]) -> None:
        """Put cells on a line from a column on; what is outside the screen is left out."""
        cells = cells[max(-x, 0) : max(self.width - x, 0)]
        x = max(x, 0)
        if not 0 <= y < self.height or not cells:
            return
        row = self._wanted[y]
        row[x : x + len(cells)] = cells
        for edge in (x, x + len(cells), self.width):
            _mend(row, edge)
        self._painted.add(y)

    def changes(self) -> str:
        """What to send now; "" where the terminal shows what it should."""
        self._out = []
        if not self._painted:
            return ""
        is_first = self._shown is None
        if self._shown is None:
            self._shown = self._cleared()
            self._painted = set(range(self.height))
        shown, wanted = self._shown, self._wanted
        stale = {y: stale_of(wanted[y], shown[y]) for y in sorted(self._painted) if wanted[y] != shown[y]}
        ground = {y for y in stale if is_ground(shown[y])}
        if is_first or not self._turn_page(wanted, stale, ground):
            for band in bands(wanted, stale, ground):
                self._band(band, wanted, stale)
        for y in stale:
            shown[y] = wanted[y].copy()
        self._painted.clear()
        return "".join(self._out)

    def _turn_page(self, wanted: Sequence[list[Cell]], stale: Stale, ground: Set[int]) -> bool:
        """Draw what a person has just opened from left to right; False where less than a page is written over.

        He waits for it, and the shortest way is a few hundredths shorter, but takes five times as long to be found.
        """
        over = sum(sum(cells) for y, cells in stale.items() if y not in ground)
        is_page = over > _PAGE * self.width * self.height
        if is_page:
            for y, cells in stale.items():
                self._pass(y, wanted[y], cells)
        return is_page

    def _cleared(self) -> list[list[Cell]]:
        """An empty screen, in the background that most of it has."""
        base = PLAIN
        if self._erases:
            blanks = Counter(cell[1] for row in self._wanted for cell in row if is_blank(cell))
            base = max(blanks, key=lambda look: blanks[look], default=PLAIN)
        self._out.append(change(None, base) + "\x1b[2J")
        self._pen, self._at = base, None
        return _grid(self.width, self.height, (" ", base))

    def _band(self, rows: list[int], wanted: Sequence[list[Cell]], stale: Stale) -> None:
        """Row by row, or one look after the other through all of them where that is shorter."""
        if len(rows) == 1:
            self._rows(rows, wanted, stale)
        else:
            self._shortest([partial(way, rows, wanted, stale) for way in (self._rows, self._looks)])

    def _rows(self, rows: list[int], wanted: Sequence[list[Cell]], stale: Stale) -> None:
        for y in rows:
            self._row(y, wanted[y], stale[y])

    def _looks(self, rows: list[int], wanted: Sequence[list[Cell]], stale: Stale) -> None:
        apart = {y: apart_by_look(wanted[y], stale[y], self._pen) for y in rows}
        for look in dict.fromkeys(look for found in apart.values() for look in found):
            for y, found in apart.items():
                if look in found:
                    self._pass(y, wanted[y], found[look])

    def _row(self, y: int, wanted: list[Cell], stale: list[bool]) -> None:
        """From left to right, or one look after the other where that is shorter: a colour is longer than a jump."""
        orders = [[stale]]
        if not is_in_order(wanted, stale, self._pen) and len(apart := apart_by_look(wanted, stale, self._pen)) > 1:
            orders.append([*apart.values()])
        self._shortest([partial(self._passes, y, wanted, passes) for passes in orders])

    def _passes(self, y: int, wanted: list[Cell], passes: Sequence[list[bool]]) -> None:
        for each in passes:
            self._pass(y, wanted, each)

    def _shortest(self, ways: Sequence[Callable[[], None]]) -> None:
        """Go the way that takes the fewest bytes."""
        pen, place, out = self._pen, self._at, self._out
        ends: list[tuple[str, Look | None, tuple[int, int] | None]] = []
        for way in ways:
            self._pen, self._at, self._out = pen, place, []
            way()
            ends.append(("".join(self._out), self._pen, self._at))
        text, self._pen, self._at = min(ends, key=lambda end: _size(end[0]))
        out.append(text)
        self._out = out

    def _pass(self, y: int, wanted: list[Cell], stale: list[bool]) -> None:
        x = next_stale(stale, 0)
        while x < self.width:
            if not wanted[x][0]:
                x += 1
            elif wanted[x][0] == " " and is_blank(wanted[x]):
                x += self._blanks(y, x, wanted, stale)
            else:
                self._go(y, x, wanted)
                x = self._word(y, x, wanted, stale)
            x = next_stale(stale, x)

    def _blanks(self, y: int, x: int, wanted: list[Cell], stale: list[bool]) -> int:
        """Make blank what has to be from a column on; gives how many cells were looked after."""
        end = x + 1
        while end < self.width and wanted[end] == wanted[x]:
            end += 1
        last = end
        while not stale[last - 1]:
            last -= 1
        count = last - x
        self._go(y, x, wanted)
        self._blank_pen(wanted[x][1])
        if self._erases and end == self.width and count > len("\x1b[K"):
            self._out.append("\x1b[K")
            return end - x
        if self._erases and count > _LEAST_ERASED:
            self._out.append(f"\x1b[{count}X")
            return count
        self._out.append(" ")
        self._moved(1)
        return 1

    def _word(self, y: int, x: int, wanted: list[Cell], stale: list[bool]) -> int:
        """Write a cell, and those behind it that are of the same look and as simple; gives where they end.

        A blank between two of them is one of them where their pen makes it.
        """
        first = wanted[x]
        letters: list[str] = []
        look, end = first[1], x
        while end < self.width and stale[end]:
            text, own = wanted[end]
            if text == " ":
                between = letters and end + 1 < self.width and wanted[end + 1][0] != " "
                if not (between and own.bg == look.bg and own.is_flat and look.is_flat):
                    break
            elif (own is not look and own != look) or not is_plain(text):
                break
            letters.append(text)
            end += 1
        if not letters:
            self._write(first)
            return x + 1
        self._out += (change(self._pen, look), *letters)
        self._pen, self._at = look, (y, end) if end < self.width else None
        return end

    def _write(self, cell: Cell) -> None:
        text, look = cell
        if text == " " and look.is_flat:
            self._blank_pen(look)
        elif look is not self._pen:
            self._out.append(change(self._pen, look))
            self._pen = look
        self._out.append(text)
        if is_plain(text):
            self._moved(1)
        elif is_certain(text):
            self._moved(width_of(cell))
        else:
            self._at = None

    def _moved(self, cells: int) -> None:
        """The cursor has gone on; at the end of a line terminals differ about where it is."""
        assert self._at is not None
        y, x = self._at
        self._at = (y, x + cells) if x + cells < self.width else None

    def _blank_pen(self, look: Look) -> None:
        """A pen that makes blanks of that look; its letters may look otherwise."""
        if self._pen is None or not self._pen.is_flat or self._pen.bg != look.bg:
            self._out.append(change(self._pen, look))
            self._pen = look

    def _go(self, y: int, x: int, wanted: list[Cell]) -> None:
        """Bring the cursor to a cell, over a few cells that are as they should be if that is shorter."""
        if self._at == (y, x):
            return
        jump = _move(self._at, (y, x))
        # No cell is shorter than a byte: what is longer than the jump is not even tried.
        if self._at is not None and self._at[0] == y and 0 < x - self._at[1] <= len(jump):
            pen, place, out = self._pen, self._at, self._out
            self._out = []
            self._rewrite(wanted[place[1] : x])
            after = change(self._pen, wanted[x][1])
            if self._at == (y, x) and _size("".join(self._out) + after) <= _size(jump + change(pen, wanted[x][1])):
                self._out = out + self._out
                return
            self._pen, self._at, self._out = pen, place, out
        self._out.append(jump)
        self._at = (y, x)

    def _rewrite(self, cells: list[Cell]) -> None:
        for cell in cells:
            if self._at is None or not cell[0]:
                self._at = None  # a wide character is jumped over
                return
            self._write(cell)


def _grid(width: int, height: int, cell: Cell) -> list[list[Cell]]:
    return [[cell] * width for _ in range(height)]


def _mend(row: list[Cell], edge: int) -> None:
    """No half of a wide character is left at an edge of what was painted."""
    if edge and width_of(row[edge - 1]) == 2 and (edge == len(row) or row[edge][0]):
        row[edge - 1] = space(row[edge - 1][1])
    if edge < len(row) and not row[edge][0] and (not edge or width_of(row[edge - 1]) != 2):
        row[edge] = space(row[edge][1])


def _move(place: tuple[int, int] | None, to: tuple[int, int]) -> str:
    """The shortest way of the cursor from a place, None where nobody knows, to another."""
    y, x = to
    column = str(x + 1) if x else ""
    ways = [f"\x1b[{y + 1};{column}H" if column else f"\x1b[{y + 1 if y else ''}H"]
    if place is not None and place[0] == y:
        by = x - place[1]
        ways += [f"\x1b[{abs(by) if abs(by) > 1 else ''}{'C' if by > 0 else 'D'}", "\r" if not x else f"\x1b[{column}G"]
    elif place is not None and place[0] + 1 == y:
        ways.append("\r\n" + (f"\x1b[{x if x > 1 else ''}C" if x else ""))
    return min(ways, key=len)


def _size(text: str) -> int:
    return len(text.encode())
