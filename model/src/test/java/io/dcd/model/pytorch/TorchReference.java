package io.dcd.model.pytorch;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Networks in libtorch's operations over a state dictionary, at inference: independent of our names, layouts and graphs.
 * Written after the tables of the papers and the description of the reference layer, with its module's names.
 *
 * @param state float32 tensors by name
 */
record TorchReference(Map<String, Tensor> state) {
    /** MobileNetV2 of the published code, static or DCD, from images (N, 3, H, W). */
    Tensor mobileNet(Tensor images) {
        int[][] table = {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}};
        Tensor y = torch.relu6(normalized("features.0.1", convolution("features.0.0", images, 2, 1)));
        int number = 1;
        for (int[] row : table) {
            for (int i = 0; i < row[1]; i++) {
                y = invertedResidual("features." + number++ + ".conv.", y, row[0] == 1, i == 0 ? row[2] : 1);
            }
        }
        y = torch.relu6(normalized("conv.1", convolution("conv.0", y, 1, 1)));
        return classified("classifier", y.mean(2, 3));
    }

    /** MobileNetV2 of torchvision. */
    Tensor torchvisionMobileNet(Tensor images) {
        int[][] table = {{1, 1, 1}, {6, 2, 2}, {6, 3, 2}, {6, 4, 2}, {6, 3, 1}, {6, 3, 2}, {6, 1, 1}};
        Tensor y = torch.relu6(normalized("features.0.1", convolution("features.0.0", images, 2, 1)));
        int number = 1;
        for (int[] row : table) {
            for (int i = 0; i < row[1]; i++) {
                String block = "features." + number++ + ".conv.";
                int stride = i == 0 ? row[2] : 1;
                Tensor z = y;
                int next = 0;
                if (row[0] > 1) {
                    z = torch.relu6(normalized(block + "0.1", convolution(block + "0.0", z, 1, 1)));
                    next = 1;
                }
                Tensor filtered = convolution(block + next + ".0", z, stride, z.size(1));
                z = torch.relu6(normalized(block + next + ".1", filtered));
                z = normalized(block + (next + 2), convolution(block + (next + 1), z, 1, 1));
                y = stride == 1 && z.size(1) == y.size(1) ? y.add(z) : z;
            }
        }
        y = torch.relu6(normalized("features.18.1", convolution("features.18.0", y, 1, 1)));
        return classified("classifier", y.mean(2, 3));
    }

    /** A ResNet of the published code or torchvision, of basic or bottleneck blocks. */
    Tensor resNet(Tensor images, int... repeats) {
        Tensor y = torch.relu(normalized("bn1", convolution("conv1", images, 2, 1)));
        y = torch.max_pool2d(y, new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
        for (int stage = 1; stage <= repeats.length; stage++) {
            for (int i = 0; i < repeats[stage - 1]; i++) {
                y = residual("layer%d.%d.".formatted(stage, i), y, stage > 1 && i == 0 ? 2 : 1);
            }
        }
        return classified(state.containsKey("fc.weight") ? "fc" : "classifier", y.mean(2, 3));
    }

    private Tensor invertedResidual(String block, Tensor x, boolean first, int stride) {
        Tensor y = x;
        int next = 0;
        if (!first) {
            y = torch.relu6(normalized(block + "1", layer(block + "0", y, 1, 2, "conv_q", "conv_p")));
            next = 3;
        }
        y = torch.relu6(normalized(block + (next + 1), convolution(block + next, y, stride, y.size(1))));
        y = normalized(block + (next + 4), layer(block + (next + 3), y, 1, 1, "conv_q", "conv_p"));
        return stride == 1 && y.size(1) == x.size(1) ? x.add(y) : y;
    }

    private Tensor residual(String block, Tensor x, int stride) {
        boolean bottleneck = state.containsKey(block + "bn3.weight");
        int strided = bottleneck ? 2 : 1;
        int last = bottleneck ? 3 : 2;
        Tensor y = x;
        for (int i = 1; i <= last; i++) {
            y = layer(block + "conv" + i, y, i == strided ? stride : 1, bottleneck ? 1 : 2, "q", "p");
            y = normalized(block + "bn" + i, y);
            y = i < last ? torch.relu(y) : y;
        }
        Tensor shortcut = state.containsKey(block + "downsample.0.weight")
                ? normalized(block + "downsample.1", convolution(block + "downsample.0", x, stride, 1))
                : x;
        return torch.relu(shortcut.add(y));
    }

    /** A convolution, dynamic if its module has the dynamic parts. */
    private Tensor layer(String name, Tensor x, int stride, int pooling, String q, String p) {
        if (!state.containsKey(name + ".conv.weight")) {
            return convolution(name, x, stride, 1);
        }
        long n = x.size(0);
        Tensor g = squeezed(name, torch.adaptive_avg_pool2d(x, pooling, pooling).reshape(n, -1));
        Tensor lambda = hardSigmoid(linear(name + ".fc_scale", g)).reshape(n, -1, 1, 1);
        Tensor fixed = convolution(name + ".conv", x, stride, 1).mul(lambda);
        Tensor z = normalized(name + ".bn1", convolution(name + "." + q, x, stride, 1));
        long latent = z.size(1);
        Tensor phi = linear(name + ".fc_phi", g).reshape(n, latent, latent);
        Tensor positions = z.reshape(n, latent, -1);
        Tensor u = normalized(name + ".bn2", torch.matmul(phi, positions)).add(positions);
        return convolution(name + "." + p, u.reshape(n, latent, z.size(2), z.size(3)), 1, 1)
                .add(fixed);
    }

    private Tensor classified(String module, Tensor x) {
        for (String name : new String[] {module, module + ".0", module + ".1"}) {
            if (state.containsKey(name + ".weight")) {
                return linear(name, x).add(state.get(name + ".bias"));
            }
            if (state.containsKey(name + ".cls.weight")) {
                return dynamicClassifier(name, x);
            }
        }
        throw new IllegalArgumentException("no classifier in " + module);
    }

    private Tensor dynamicClassifier(String name, Tensor x) {
        long n = x.size(0);
        Tensor g = squeezed(name, x);
        Tensor fixed = linear(name + ".cls", x).add(state.get(name + ".cls.bias"));
        Tensor z = normalized(name + ".bn1", linear(name + ".cls_q", x));
        Tensor phi = linear(name + ".fc_phi", g).reshape(n, z.size(1), z.size(1));
        Tensor product = torch.matmul(phi, z.unsqueeze(2)).squeeze(2);
        Tensor u = normalized(name + ".bn2", product).add(z);
        return linear(name + ".cls_p", u).add(fixed.mul(hardSigmoid(linear(name + ".fc_scale", g))));
    }

    private Tensor squeezed(String name, Tensor pooled) {
        Tensor h = linear(name + ".fc.0", pooled);
        return h.mul(hardSigmoid(linear(name + ".fc.1.fc.0", h)));
    }

    private static Tensor hardSigmoid(Tensor t) {
        return torch.relu6(t.add(new Scalar(3.0))).div(new Scalar(3.0));
    }

    private Tensor linear(String name, Tensor x) {
        return torch.linear(x, state.get(name + ".weight"));
    }

    /** Padded by (k − 1)/2. */
    private Tensor convolution(String name, Tensor x, int stride, long groups) {
        Tensor weight = state.get(name + ".weight");
        long padding = weight.size(2) / 2;
        return torch.conv2d(
                x,
                weight,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                groups);
    }

    private Tensor normalized(String name, Tensor x) {
        return torch.batch_norm(
                x,
                new TensorOptional(state.get(name + ".weight")),
                new TensorOptional(state.get(name + ".bias")),
                new TensorOptional(state.get(name + ".running_mean")),
                new TensorOptional(state.get(name + ".running_var")),
                false,
                0.1,
                1e-5,
                false);
    }
}
