package io.dcd.torch;

import io.dcd.engine.graph.Shape;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Feature maps between the engine's order, channels innermost, and PyTorch's. */
final class FeatureMaps {
    private FeatureMaps() {}

    /** {@code values} (batch, height, width, channels) as (batch, channels, height, width), or (batch, channels). */
    static Tensor channelsFirst(float[] values, int batch, Shape shape, torch.ScalarType precision) {
        return shape.positions() == 1
                ? TorchParameters.tensor(values, precision, batch, shape.channels())
                : TorchParameters.tensor(values, precision, batch, shape.height(), shape.width(), shape.channels())
                        .permute(0, 3, 1, 2)
                        .contiguous();
    }

    /** The values (batch, height, width, channels) of maps, or those of vectors. */
    static double[] channelsLast(Tensor tensor) {
        return TorchParameters.values(tensor.dim() == 4 ? tensor.permute(0, 2, 3, 1) : tensor);
    }
}
