"""What the bench prints and writes: figures, and whether they are what is asked for."""

import os
from dataclasses import dataclass

from bench.awards import Meanwhile, Times
from bench.load import Measure
from bench.targets import BARE, BARE_WSGI, LAUREL, NGINX

HEAD = """# Performance

Written by `{command}` on a machine with {cores} cores, on which {load:.1f}
processes were running already. Seconds differ from machine to machine: the ratios are what to
compare. Rates are medians of {rounds} interleaved rounds of 3 s with 16 connections, at random ids
among {awards} awards; wrong answers end the bench.

| | requests/s | median ms | p99 ms | against bare Django |
|---|---|---|---|---|
"""
FOOT = """
“Bare Django” is a project with Laurel's settings, an empty middleware list and one view that
returns the same bytes as a constant. It is served twice: as Laurel is (granian's RSGI, the gateway
and its threads), and by granian's own WSGI with as many threads, where a slow sender holds a
thread. Laurel is held against the faster of the two. nginx serves one static file for each award.
"""


@dataclass(frozen=True)
class Figures:
    """All that one run has measured; times in milliseconds."""

    rates: dict[str, Measure]
    single: Times
    batch: float
    ten_batches: float
    meanwhile: Meanwhile
    from_list: Meanwhile
    from_csv: Meanwhile
    start: float


def report(figures: Figures, *, command: str, load: float, rounds: int, awards: int) -> str:
    rates = figures.rates
    bare = max(rates[BARE].rate, rates[BARE_WSGI].rate)
    head = HEAD.format(
        command=command, load=load, cores=os.cpu_count(), rounds=rounds, awards=f"{awards:,}"
    )
    rows = "".join(
        f"| {name} | {m.rate:,.0f} | {m.median:.2f} | {m.p99:.2f} | {m.rate / bare:.2f} |\n"
        for name, m in rates.items()
    )
    return head + rows + FOOT + requirements(figures, bare) + others(figures)


def requirements(figures: Figures, bare: float) -> str:
    """The thresholds, passed or missed."""
    public = figures.rates[LAUREL]
    ratio = public.rate / bare
    checks = [
        ("public JSON against bare Django", f"{ratio:.2f}", "at least 1.2", ratio >= 1.2),
        ("public JSON, p99", f"{public.p99:.1f} ms", "under 15 ms", public.p99 < 15),
        below("single award, synced to disk, p99", figures.single.p99, 100),
        below("1,000 awards in one request, until readable", figures.batch, 1000),
        below("10,000 in ten requests, until readable", figures.ten_batches, 6000),
        below("10,000 in one request, beside others, until readable", figures.from_list.took, 6000),
        *(
            below(f"{name} {while_made}, p99", times.p99, 50)
            for while_made, felt in busy(figures).items()
            for name, times in felt.gets.items()
        ),
        below(
            "10,000 from a CSV with mails queued, until acknowledged",
            figures.from_csv.took.acknowledged,
            8000,
        ),
        below("the same, until readable", figures.from_csv.took.readable, 8000),
        below("single award meanwhile, p99", figures.from_csv.awards.p99, 500),
    ]
    if NGINX in figures.rates:
        of_nginx = public.rate / figures.rates[NGINX].rate
        checks.insert(
            1, ("public JSON against nginx", f"{of_nginx:.2f}", "aim: 0.5", of_nginx >= 0.5)
        )
    rows = [
        f"| {what} | {figure} | {asked} | {'pass' if passed else '**miss**'} |\n"
        for what, figure, asked, passed in checks
    ]
    return "\n| | measured | asked for | |\n|---|---|---|---|\n" + "".join(rows)


def busy(figures: Figures) -> dict[str, Meanwhile]:
    """While what was made others asked for something."""
    return {
        "while ten requests make 10,000": figures.meanwhile,
        "while one request makes 10,000": figures.from_list,
    }


def below(what: str, measured: float, limit: float) -> tuple[str, str, str, bool]:
    return what, f"{measured:,.0f} ms", f"under {limit:,.0f} ms", measured < limit


def others(figures: Figures) -> str:
    rows = [
        ("single award, median", figures.single.median),
        ("10,000 in ten requests, beside others", figures.meanwhile.took),
        *(
            (f"single award {while_made}, p99", felt.awards.p99)
            for while_made, felt in busy(figures).items()
        ),
        *(
            (f"{name} {while_made}, median", times.median)
            for while_made, felt in busy(figures).items()
            for name, times in felt.gets.items()
        ),
        *(
            (f"{name} while 10,000 are made from a CSV, p99", times.p99)
            for name, times in figures.from_csv.gets.items()
        ),
        ("second start until `/healthz` answers", figures.start),
    ]
    times = "".join(f"| {what} | {milliseconds:,.1f} ms |\n" for what, milliseconds in rows)
    grown = f"| the server's processes grew, CSV | {figures.from_csv.took.grown:,.0f} MB |\n"
    return "\n| | |\n|---|---|\n" + times + grown
