package io.dcd.torch;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The layers written down in PyTorch's own operations (NCHW), after the equations and the reference implementation's
 * description, independently of the engine.
 */
public final class TorchLayers {
    private final TorchParameters parameters;
    private final boolean training;

    /** Layers that use batch statistics where {@code training}, else running ones. */
    public TorchLayers(TorchParameters parameters, boolean training) {
        this.parameters = parameters;
        this.training = training;
    }

    /** Whether there is a parameter {@code name}. */
    public boolean has(String name) {
        return parameters.has(name);
    }

    /** A convolution by the kernel {@code weight}. */
    public Tensor convolution(String weight, Tensor x, int stride, int padding, long groups) {
        return torch.conv2d(
                x,
                parameters.get(weight),
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                groups);
    }

    /**
     * The convolution {@code layer} of a network, of whatever line of the comparison its parameters tell, padded by
     * (k − 1)/2, with the squeeze and excitation that may follow it.
     *
     * @param pooling p of the branch, where the layer is dynamic by decomposition
     */
    public Tensor convolution(String layer, Tensor x, int stride, int pooling) {
        if (parameters.has(layer + ".W0")) {
            return dcdConvolution(layer, x, stride, pooling);
        }
        Tensor y = parameters.has(layer + ".W1") ? mixture(layer, x, stride) : fixed(layer + ".W", x, stride);
        return parameters.has(layer + "-se.FC1") ? squeezeExcitation(layer + "-se", y) : y;
    }

    /** The classifier {@code layer} of a network, likewise. */
    public Tensor classifier(String layer, Tensor x) {
        if (parameters.has(layer + ".W0")) {
            return dcdDense(layer, x);
        }
        return parameters.has(layer + ".W1") ? mixtureDense(layer, x) : linear(layer + ".W", layer + ".b", x);
    }

    private Tensor fixed(String weight, Tensor x, int stride) {
        boolean depthwise = parameters.size(weight, 1) == 1 && x.size(1) > 1;
        return convolution(weight, x, stride, (int) parameters.size(weight, 2) / 2, depthwise ? x.size(1) : 1);
    }

    /** The batch norm whose parameters are {@code layer.gamma} and so on, each followed by {@code suffix}. */
    public Tensor normalization(String layer, String suffix, Tensor x) {
        return torch.batch_norm(
                x,
                optional(layer + ".gamma" + suffix),
                optional(layer + ".beta" + suffix),
                optional(layer + ".mean" + suffix),
                optional(layer + ".var" + suffix),
                training,
                0.1,
                1e-5,
                false);
    }

    /** The linear layer {@code weight} without bias. */
    public Tensor linear(String weight, Tensor x) {
        return torch.linear(x, parameters.get(weight));
    }

    /** The linear layer {@code weight} with the bias {@code bias}. */
    public Tensor linear(String weight, String bias, Tensor x) {
        return torch.linear(x, parameters.get(weight), new TensorOptional(parameters.get(bias)));
    }

    /** hσ(t) = relu6(t + 3)/3. */
    public static Tensor hardSigmoid(Tensor x) {
        return torch.relu6(x.add(new Scalar(3.0))).div(new Scalar(3.0));
    }

    /** A DCD convolution whose branch pools to {@code pooling × pooling}. */
    public Tensor dcdConvolution(String layer, Tensor x, int stride, int pooling) {
        long n = x.size(0);
        int kernel = (int) parameters.size(layer + ".W0", 2);
        Tensor g = squeeze(layer, torch.adaptive_avg_pool2d(x, pooling, pooling).reshape(n, -1));
        Tensor y = convolution(layer + ".W0", x, stride, kernel / 2, 1);
        if (parameters.has(layer + ".FClambda")) {
            y = y.mul(hardSigmoid(linear(layer + ".FClambda", g)).reshape(n, -1, 1, 1));
        }
        for (String block : blocks(layer)) {
            Tensor q = convolution(layer + ".Q" + block, x, stride, 0, 1);
            long latent = q.size(1);
            Tensor phi = linear(layer + ".FCphi" + block, g).reshape(n, latent, latent);
            Tensor u = latent(layer, block, phi, q.reshape(n, latent, q.size(2) * q.size(3)));
            y = y.add(convolution(layer + ".P" + block, u.reshape(n, latent, q.size(2), q.size(3)), 1, 0, 1));
        }
        return y;
    }

    /** The dynamic classifier. */
    public Tensor dcdDense(String layer, Tensor x) {
        long n = x.size(0);
        Tensor g = squeeze(layer, x);
        Tensor y = linear(layer + ".W0", layer + ".b", x);
        if (parameters.has(layer + ".FClambda")) {
            y = y.mul(hardSigmoid(linear(layer + ".FClambda", g)));
        }
        for (String block : blocks(layer)) {
            Tensor q = linear(layer + ".Q" + block, x);
            Tensor phi = linear(layer + ".FCphi" + block, g).reshape(n, q.size(1), q.size(1));
            Tensor u = latent(layer, block, phi, q.unsqueeze(2)).squeeze(2);
            y = y.add(linear(layer + ".P" + block, u));
        }
        return y;
    }

    /**
     * Equation 1 to the letter: every sample is convolved with its own kernel W(x) = Σ_k π_k(x)·W_k, all samples at once
     * as the groups of one convolution.
     */
    public Tensor mixture(String layer, Tensor x, int stride) {
        Tensor kernels = formed(layer + ".W", routing(layer, x.mean(2, 3)));
        long samples = x.size(0);
        long channels = x.size(1);
        long groups = samples * (channels / kernels.size(2));
        int padding = (int) kernels.size(3) / 2;
        Tensor y = torch.conv2d(
                x.reshape(1, samples * channels, x.size(2), x.size(3)),
                kernels.flatten(0, 1),
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                groups);
        return y.reshape(samples, -1, y.size(2), y.size(3));
    }

    /** The same for vectors, with biases. */
    public Tensor mixtureDense(String layer, Tensor x) {
        Tensor pi = routing(layer, x);
        Tensor products = torch.matmul(formed(layer + ".W", pi), x.unsqueeze(2)).squeeze(2);
        return products.add(formed(layer + ".c", pi));
    }

    /** Squeeze and excitation. */
    public Tensor squeezeExcitation(String layer, Tensor x) {
        Tensor h = torch.relu(linear(layer + ".FC1", layer + ".b1", x.mean(2, 3)));
        Tensor excitation = torch.sigmoid(linear(layer + ".FC2", layer + ".b2", h));
        return x.mul(excitation.unsqueeze(2).unsqueeze(3));
    }

    private Tensor routing(String layer, Tensor s) {
        if (!parameters.has(layer + ".temperature")) {
            return torch.sigmoid(linear(layer + ".FC1", layer + ".b1", s));
        }
        Tensor z = linear(layer + ".FC2", layer + ".b2", torch.relu(linear(layer + ".FC1", s)));
        return torch.softmax(z.div(parameters.get(layer + ".temperature")), 1);
    }

    /** Σ_k π_k·W_k for each sample, over the parameters {@code name}1, {@code name}2 and so on. */
    private Tensor formed(String name, Tensor pi) {
        Tensor[] kernels = new Tensor[(int) pi.size(1)];
        Arrays.setAll(kernels, k -> parameters.get(name + (k + 1)).flatten());
        long[] shape = parameters.get(name + 1).sizes().vec().get();
        long[] extents = new long[shape.length + 1];
        extents[0] = pi.size(0);
        System.arraycopy(shape, 0, extents, 1, shape.length);
        return torch.matmul(pi, torch.stack(new TensorVector(kernels), 0)).reshape(extents);
    }

    /** u from q, both (N, L, positions). */
    private Tensor latent(String layer, String block, Tensor phi, Tensor q) {
        if (!parameters.has(layer + ".gamma1" + block)) {
            return torch.matmul(phi, q);
        }
        Tensor z = normalization(layer, "1" + block, q);
        return normalization(layer, "2" + block, torch.matmul(phi, z)).add(z);
    }

    /** The suffixes of the blocks of Φ. */
    private List<String> blocks(String layer) {
        if (parameters.has(layer + ".Q")) {
            return List.of("");
        }
        return IntStream.iterate(1, i -> parameters.has(layer + ".Q-" + i), i -> i + 1)
                .mapToObj(i -> "-" + i)
                .toList();
    }

    private Tensor squeeze(String layer, Tensor s) {
        Tensor h = linear(layer + ".FC1", s);
        return h.mul(hardSigmoid(linear(layer + ".FC2", h)));
    }

    private TensorOptional optional(String name) {
        return new TensorOptional(parameters.get(name));
    }
}
