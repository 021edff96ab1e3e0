"""The keys of a dashboard, pressed from any shell."""

from pathlib import Path

from allusetui.cli.typed.options import AccountName, ContractWords, OneAccount, SessionName, SessionsFolder


def _press(
    action: str, session: str, account: str | None, sessions: Path | None, contract: list[str] | None = None
) -> None:
    from allusetui.cli.remote import option_of, press

    press(action, session, account, sessions, option_of(contract) if contract else None)


def pause(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Cancel an account's orders and latch it in SAFE, at once; its stops are disarmed until it is resumed."""
    _press("pause", session, account, sessions)


def resume(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Let a paused account work again."""
    _press("resume", session, account, sessions)


def kill(session: SessionName = "demo", sessions: SessionsFolder = None) -> None:
    """Cancel everything and go to EMERGENCY, at once; left by a reset."""
    _press("kill", session, None, sessions)


def reset(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Release what waits for a person: level 3, the breaker once VIX allows, a mismatch, an EMERGENCY."""
    _press("reset", session, account, sessions)


def no_entries(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Cancel an account's entries and let none begin; its protocol stays armed. Left by a resume."""
    _press("no_entries", session, account, sessions)


def close(
    contract: ContractWords, account: OneAccount, session: SessionName = "demo", sessions: SessionsFolder = None
) -> None:
    """Close one position, within the slippage cap."""
    _press("close", session, account, sessions, contract)


def approve(
    contract: ContractWords, account: OneAccount, session: SessionName = "demo", sessions: SessionsFolder = None
) -> None:
    """Say yes to the defence of a position that a paused account asks for."""
    _press("approve", session, account, sessions, contract)


def refuse(
    contract: ContractWords, account: OneAccount, session: SessionName = "demo", sessions: SessionsFolder = None
) -> None:
    """Say no to the defence of a position that a paused account asks for: nothing is sent."""
    _press("refuse", session, account, sessions, contract)


def maintenance(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Take an account that rests in SAFE out of service, a restart included; left by a resume."""
    _press("maintenance", session, account, sessions)


def audit(session: SessionName = "demo", account: AccountName = None, sessions: SessionsFolder = None) -> None:
    """Compare an account's book with the broker's, now."""
    _press("audit", session, account, sessions)
