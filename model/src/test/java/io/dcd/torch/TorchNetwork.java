package io.dcd.torch;

import org.bytedeco.pytorch.Tensor;

/** A layer or network as PyTorch computes it, from NCHW images (or vectors) to its result. */
@FunctionalInterface
public interface TorchNetwork {
    /** The result for {@code x}. */
    Tensor forward(TorchLayers layers, Tensor x);
}
