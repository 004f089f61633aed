package io.dcd.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * MobileNetV2 in PyTorch's operations, from the table of Sandler et al. 2018.
 *
 * @param stemStride stride of the first convolution
 * @param dcd whether pointwise layers and classifier are dynamic
 */
public record TorchMobileNetV2(int stemStride, boolean dcd) implements TorchNetwork {
    /** t, n, s of each row; the channels are those of the parameters. */
    private static final int[][] TABLE = {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}};

    @Override
    public Tensor forward(TorchLayers layers, Tensor x) {
        Tensor y =
                torch.relu6(layers.normalization("stem-norm", "", layers.convolution("stem.W", x, stemStride, 1, 1)));
        int block = 1;
        for (int[] row : TABLE) {
            for (int i = 0; i < row[1]; i++) {
                y = block(layers, "block" + block++, y, row[0], i == 0 ? row[2] : 1);
            }
        }
        y = torch.relu6(layers.normalization("head-norm", "", layers.convolution("head.W", y, 1, 0, 1)));
        y = y.mean(2, 3);
        return dcd ? layers.dcdDense("classifier", y) : layers.linear("classifier.W", "classifier.b", y);
    }

    private Tensor block(TorchLayers layers, String name, Tensor x, int expansion, int stride) {
        Tensor y = x;
        if (expansion != 1) {
            y = torch.relu6(layers.normalization(name + "-expand-norm", "", pointwise(layers, name + "-expand", y, 2)));
        }
        Tensor filtered = layers.depthwise(name + "-depthwise.W", y, stride);
        y = torch.relu6(layers.normalization(name + "-depthwise-norm", "", filtered));
        y = expansion == 1
                ? layers.convolution(name + "-project.W", y, 1, 0, 1)
                : pointwise(layers, name + "-project", y, 1);
        y = layers.normalization(name + "-project-norm", "", y);
        return stride == 1 && y.size(1) == x.size(1) ? x.add(y) : y;
    }

    private Tensor pointwise(TorchLayers layers, String name, Tensor x, int pooling) {
        return dcd ? layers.dcdConvolution(name, x, 1, pooling) : layers.convolution(name + ".W", x, 1, 0, 1);
    }
}
