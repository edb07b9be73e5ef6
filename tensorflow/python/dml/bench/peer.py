"""The same cases through PyTorch, in the same process."""

from typing import Any, Dict

from .families.family import Family
from .timing import measure


class PeerError(Exception):
    """PyTorch cannot be used."""


class Torch:
    """PyTorch on its first CUDA device, TF32 off; else on the CPU."""

    def __init__(self) -> None:
        try:
            import torch
        except ImportError as error:
            raise PeerError("--vs torch needs PyTorch (pip install torch): %s" % error) from error
        self.torch = torch
        self.cuda = torch.cuda.is_available()
        self.device = torch.device("cuda" if self.cuda else "cpu")
        if self.cuda:
            torch.backends.cuda.matmul.allow_tf32 = False
            torch.backends.cudnn.allow_tf32 = False
            torch.backends.cudnn.benchmark = True  # picks the fastest algorithm

    def description(self) -> Dict[str, Any]:
        name = self.torch.cuda.get_device_name() if self.cuda else "CPU, %d threads" % (
            self.torch.get_num_threads()
        )
        return {"name": "PyTorch", "version": self.torch.__version__, "device": name, "tf32": False}

    def sync(self) -> None:
        if self.cuda:
            self.torch.cuda.synchronize()

    def run(self, family: Family, dtype: str, sets: int, seconds: float) -> Dict[str, Any]:
        """peer_seconds and peer_spread, or peer_problem."""
        torch = self.torch
        kind = getattr(torch, dtype)

        def make(*sizes: int) -> Any:
            return torch.rand(sizes, device=self.device).mul_(2).sub_(1).to(kind)

        try:
            launches = [family.torch(torch, make) for _ in range(sets)]
            timing = measure(lambda index: launches[index % sets](), self.sync, seconds)
        except (RuntimeError, NotImplementedError, AttributeError) as error:
            # No memory, no such type on the CPU, no such operator in an old PyTorch.
            return {"peer_problem": str(error).splitlines()[0]}
        finally:
            launches = []
            if self.cuda:
                torch.cuda.empty_cache()
        return {"peer_seconds": timing.median, "peer_spread": timing.spread}
