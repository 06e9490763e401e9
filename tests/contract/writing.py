"""A process that writes tasks on and on, and says which are durable."""

WRITER = """
import asyncio, sys
from pathlib import Path
from typing import Any
from codeframe_tui.adapters.store import SqlStore
from tests.contract.store_suite import adds

async def main():
    store = await SqlStore.open(Path(sys.argv[1]))
    async def write(start):
        for i in range(start, 1_000_000, 4):
            print(await store.write(adds(str(i))), flush=True)
    await asyncio.gather(*(write(start) for start in range(1, 5)))

asyncio.run(main())
"""
