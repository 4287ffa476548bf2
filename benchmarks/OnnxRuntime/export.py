"""Writes bert.onnx: an encoder of BERT-base's sizes with random weights, for `-- models` to run beside. Needs PyTorch."""
import torch
from torch import nn

HIDDEN, WIDE, HEADS, LAYERS, VOCABULARY, POSITIONS = 768, 3072, 12, 12, 30522, 512


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.output = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.attention_norm, self.output_norm = nn.LayerNorm(HIDDEN, 1e-12), nn.LayerNorm(HIDDEN, 1e-12)
        self.up, self.down, self.gelu = nn.Linear(HIDDEN, WIDE), nn.Linear(WIDE, HIDDEN), nn.GELU()

    def forward(self, x, batch, tokens):
        def heads(y):
            return y.view(batch, tokens, HEADS, HIDDEN // HEADS).transpose(1, 2)

        scores = heads(self.query(x)) @ heads(self.key(x)).transpose(2, 3) / (HIDDEN // HEADS) ** 0.5
        context = torch.softmax(scores, -1) @ heads(self.value(x))
        x = self.attention_norm(x + self.output(context.transpose(1, 2).reshape(batch, tokens, HIDDEN)))
        return self.output_norm(x + self.down(self.gelu(self.up(x))))


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.positions, self.norm = nn.Embedding(VOCABULARY, HIDDEN), nn.Embedding(POSITIONS, HIDDEN), nn.LayerNorm(HIDDEN, 1e-12)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])

    def forward(self, ids):
        batch, tokens = ids.shape
        x = self.norm(self.words(ids) + self.positions.weight[:tokens])
        for block in self.blocks:
            x = block(x, batch, tokens)
        return x


torch.manual_seed(0)
torch.onnx.export(
    Encoder().eval(), torch.randint(0, VOCABULARY, (2, 128)), "bert.onnx", opset_version=14,
    input_names=["ids"], output_names=["hidden"], dynamic_axes={"ids": {0: "batch"}}, do_constant_folding=False)
