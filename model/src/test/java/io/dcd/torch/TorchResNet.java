package io.dcd.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A ResNet in PyTorch's operations, from table 1 of He et al. 2016.
 *
 * <p>Its line of the comparison is told by its parameters.
 *
 * @param stemStride stride of the first convolution
 * @param bottleneck whether its blocks have three layers
 * @param repeats the number of blocks in each stage
 */
public record TorchResNet(int stemStride, boolean bottleneck, int... repeats) implements TorchNetwork {
    @Override
    public Tensor forward(TorchLayers layers, Tensor x) {
        Tensor y = torch.relu(layers.normalization("stem", layers.convolution("stem", x, stemStride, 1)));
        y = torch.max_pool2d(y, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
        for (int stage = 1; stage <= repeats.length; stage++) {
            for (int i = 1; i <= repeats[stage - 1]; i++) {
                Tensor before = y;
                String name = "stage" + stage + "-block" + i;
                int stride = stage > 1 && i == 1 ? 2 : 1;
                y = TensorScope.keepingResult(() -> block(layers, name, before, stride));
            }
        }
        y = y.mean(2, 3);
        return layers.classifier("classifier", y);
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
        Tensor shortcut =
                layers.has(name + "-shortcut-norm.gamma") ? normalized(layers, name + "-shortcut", x, stride, 1) : x;
        return torch.relu(shortcut.add(y));
    }

    private static Tensor normalized(TorchLayers layers, String name, Tensor x, int stride, int pooling) {
        return layers.normalization(name, layers.convolution(name, x, stride, pooling));
    }
}
