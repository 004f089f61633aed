package io.dcd.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A ResNet in PyTorch's operations, from table 1 of He et al. 2016.
 *
 * @param stemStride stride of the first convolution
 * @param bottleneck whether its blocks have three layers
 * @param dcd whether they are dynamic
 * @param repeats the number of blocks in each stage
 */
public record TorchResNet(int stemStride, boolean bottleneck, boolean dcd, int... repeats) implements TorchNetwork {
    @Override
    public Tensor forward(TorchLayers layers, Tensor x) {
        Tensor y = torch.relu(layers.normalization("stem-norm", "", layers.convolution("stem.W", x, stemStride, 3, 1)));
        y = torch.max_pool2d(y, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
        for (int stage = 1; stage <= repeats.length; stage++) {
            for (int i = 1; i <= repeats[stage - 1]; i++) {
                y = block(layers, "stage" + stage + "-block" + i, y, stage > 1 && i == 1 ? 2 : 1);
            }
        }
        y = y.mean(2, 3);
        return layers.has("classifier.Q")
                ? layers.dcdDense("classifier", y)
                : layers.linear("classifier.W", "classifier.b", y);
    }

    private Tensor block(TorchLayers layers, String name, Tensor x, int stride) {
        Tensor y;
        if (bottleneck) {
            y = torch.relu(normalized(layers, name + "-reduce", x, 1, 1));
            y = torch.relu(normalized(layers, name + "-filter", y, stride, 1));
            y = normalized(layers, name + "-expand", y, 1, 1);
        } else {
            y = torch.relu(normalized(layers, name + "-first", x, stride, 2));
            y = normalized(layers, name + "-second", y, 1, 2);
        }
        Tensor shortcut = layers.has(name + "-shortcut.W")
                ? layers.normalization(
                        name + "-shortcut-norm", "", layers.convolution(name + "-shortcut.W", x, stride, 0, 1))
                : x;
        return torch.relu(shortcut.add(y));
    }

    private Tensor normalized(TorchLayers layers, String name, Tensor x, int stride, int pooling) {
        Tensor y = dcd
                ? layers.dcdConvolution(name, x, stride, pooling)
                : layers.convolution(name + ".W", x, stride, name.matches(".*(first|second|filter)") ? 1 : 0, 1);
        return layers.normalization(name + "-norm", "", y);
    }
}
