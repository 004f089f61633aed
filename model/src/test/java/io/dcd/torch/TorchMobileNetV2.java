package io.dcd.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * MobileNetV2 in PyTorch's operations, from the table of Sandler et al. 2018.
 *
 * <p>Its line of the comparison is told by its parameters.
 *
 * @param stemStride stride of the first convolution
 */
public record TorchMobileNetV2(int stemStride) implements TorchNetwork {
    /** t, n, s of each row; the channels are those of the parameters. */
    private static final int[][] TABLE = {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}};

    @Override
    public Tensor forward(TorchLayers layers, Tensor x) {
        Tensor y = torch.relu6(layers.normalization("stem", layers.convolution("stem", x, stemStride, 1)));
        int block = 1;
        for (int[] row : TABLE) {
            for (int i = 0; i < row[1]; i++) {
                Tensor before = y;
                String name = "block" + block++;
                int stride = i == 0 ? row[2] : 1;
                y = TensorScope.keepingResult(() -> block(layers, name, before, row[0], stride));
            }
        }
        y = torch.relu6(layers.normalization("head", layers.convolution("head", y, 1, 1)));
        y = y.mean(2, 3);
        return layers.classifier("classifier", y);
    }

    private Tensor block(TorchLayers layers, String name, Tensor x, int expansion, int stride) {
        Tensor y = x;
        if (expansion != 1) {
            y = layers.convolution(name + "-expand", y, 1, 2);
            y = torch.relu6(layers.normalization(name + "-expand", y));
        }
        y = layers.convolution(name + "-depthwise", y, stride, 1);
        y = torch.relu6(layers.normalization(name + "-depthwise", y));
        y = layers.convolution(name + "-project", y, 1, 1);
        y = layers.normalization(name + "-project", y);
        return stride == 1 && y.size(1) == x.size(1) ? x.add(y) : y;
    }
}
