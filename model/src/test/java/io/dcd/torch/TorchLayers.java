package io.dcd.torch;

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
    /** The share of a batch in the running statistics after it. */
    static final double STATISTICS_MOMENTUM = 0.1;

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
        if (parameters.has(layer + ".R")) {
            return parameters.has(layer + ".gamma1")
                    ? dcdJoint(layer, x, stride, pooling)
                    : dcdJointFormed(layer, x, stride, pooling);
        }
        if (parameters.has(layer + ".W0")) {
            return depthwise(layer + ".W0", x)
                    ? dcdDepthwise(layer, x, stride, pooling)
                    : dcdConvolution(layer, x, stride, pooling);
        }
        Tensor y = parameters.has(layer + ".FC1") ? mixture(layer, x, stride) : fixed(layer + ".W", x, stride);
        return parameters.has(layer + "-se.FC1") ? squeezeExcitation(layer + "-se", y) : y;
    }

    /** The batch norm of a network that follows the convolution {@code layer}, or its squeeze and excitation. */
    public Tensor normalization(String layer, Tensor x) {
        String last = parameters.has(layer + "-se.FC1") ? layer + "-se" : layer;
        return normalization(last + "-norm", "", x);
    }

    /** The classifier {@code layer} of a network, likewise. */
    public Tensor classifier(String layer, Tensor x) {
        if (parameters.has(layer + ".W0")) {
            return dcdDense(layer, x);
        }
        return parameters.has(layer + ".FC1") ? mixtureDense(layer, x) : linear(layer + ".W", layer + ".b", x);
    }

    private Tensor fixed(String weight, Tensor x, int stride) {
        return convolution(
                weight, x, stride, (int) parameters.size(weight, 2) / 2, depthwise(weight, x) ? x.size(1) : 1);
    }

    private boolean depthwise(String weight, Tensor x) {
        return parameters.size(weight, 1) == 1 && x.size(1) > 1;
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
                STATISTICS_MOMENTUM,
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
        if (!parameters.has(layer + ".Q")) {
            return y;
        }
        // Q has C_in/B columns and P has L/B.
        long blocks = x.size(1) / parameters.size(layer + ".Q", 1);
        Tensor q = convolution(layer + ".Q", x, stride, 0, blocks);
        long latent = q.size(1);
        Tensor phi = blockDiagonal(linear(layer + ".FCphi", g), blocks, latent / blocks);
        Tensor u = latent(layer, phi, q.reshape(n, latent, q.size(2) * q.size(3)));
        return y.add(convolution(layer + ".P", u.reshape(n, latent, q.size(2), q.size(3)), 1, 0, blocks));
    }

    /**
     * Equation 8 to the letter: every sample is convolved with its own kernel W(x) = Λ(x)·W_0 + P·Φ(x)·Qᵀ, all samples at
     * once as the groups of one convolution.
     */
    public Tensor dcdDepthwise(String layer, Tensor x, int stride, int pooling) {
        long n = x.size(0);
        long channels = x.size(1);
        Tensor g = squeeze(layer, torch.adaptive_avg_pool2d(x, pooling, pooling).reshape(n, -1));
        long kernel = parameters.size(layer + ".W0", 2);
        Tensor weights = parameters.get(layer + ".W0").reshape(1, channels, kernel * kernel);
        if (parameters.has(layer + ".FClambda")) {
            weights = weights.mul(hardSigmoid(linear(layer + ".FClambda", g)).unsqueeze(2));
        }
        if (parameters.has(layer + ".FCphi")) {
            Tensor q = parameters.get(layer + ".Q");
            Tensor p = parameters.get(layer + ".P").reshape(channels, -1);
            Tensor phi = linear(layer + ".FCphi", g).reshape(n, q.size(1), q.size(1));
            weights = weights.add(torch.matmul(torch.matmul(p, phi), q.t()));
        }
        Tensor y = ownConvolution(
                x.reshape(1, n * channels, x.size(2), x.size(3)),
                weights.reshape(n * channels, 1, kernel, kernel),
                stride,
                n * channels);
        return y.reshape(n, channels, y.size(2), y.size(3));
    }

    /**
     * Equation 9 to the letter, every sample with its own kernel W(x) = W_0 ×₂ Λ(x) + Φ(x) ×₁ Q ×₂ P ×₃ R, entry by entry
     * W[o, c, t] = λ_o·W_0[o, c, t] + Σ_ijm P[o, i]·Φ[i, j, m]·Q[c, j]·R[t, m].
     */
    public Tensor dcdJointFormed(String layer, Tensor x, int stride, int pooling) {
        long n = x.size(0);
        Tensor g = squeeze(layer, torch.adaptive_avg_pool2d(x, pooling, pooling).reshape(n, -1));
        Tensor fixed = parameters.get(layer + ".W0");
        Tensor q = parameters.get(layer + ".Q").flatten(1, 3);
        Tensor p = parameters.get(layer + ".P").flatten(1, 3);
        Tensor r = parameters.get(layer + ".R");
        long kernel = fixed.size(2);
        Tensor[] results = new Tensor[(int) n];
        for (int sample = 0; sample < n; sample++) {
            Tensor own = g.narrow(0, sample, 1);
            Tensor weights = fixed;
            if (parameters.has(layer + ".FClambda")) {
                weights = weights.mul(
                        hardSigmoid(linear(layer + ".FClambda", own)).reshape(-1, 1, 1, 1));
            }
            Tensor phi = linear(layer + ".FCphi", own).reshape(q.size(0), q.size(0), r.size(1));
            for (int i = 0; i < q.size(0); i++) {
                for (int j = 0; j < q.size(0); j++) {
                    for (int m = 0; m < r.size(1); m++) {
                        Tensor matrix = torch.outer(p.select(1, i), q.select(0, j));
                        Tensor taps = r.select(1, m).reshape(1, 1, kernel, kernel);
                        Tensor entry = phi.select(0, i).select(0, j).select(0, m);
                        weights = weights.add(
                                matrix.unsqueeze(2).unsqueeze(3).mul(taps).mul(entry));
                    }
                }
            }
            results[sample] = ownConvolution(x.narrow(0, sample, 1), weights, stride, 1);
        }
        return torch.cat(new TensorVector(results), 0);
    }

    /** Joint fusion with the reference's batch norms and skip between Q and P. */
    public Tensor dcdJoint(String layer, Tensor x, int stride, int pooling) {
        long n = x.size(0);
        Tensor g = squeeze(layer, torch.adaptive_avg_pool2d(x, pooling, pooling).reshape(n, -1));
        int kernel = (int) parameters.size(layer + ".W0", 2);
        Tensor y = convolution(layer + ".W0", x, stride, kernel / 2, 1);
        if (parameters.has(layer + ".FClambda")) {
            y = y.mul(hardSigmoid(linear(layer + ".FClambda", g)).reshape(n, -1, 1, 1));
        }
        Tensor z = normalization(layer, "1", convolution(layer + ".Q", x, 1, 0, 1));
        Tensor r = parameters.get(layer + ".R");
        Tensor phi = linear(layer + ".FCphi", g).reshape(n, z.size(1), z.size(1), r.size(1));
        Tensor[] fused = new Tensor[(int) n];
        for (int i = 0; i < n; i++) {
            Tensor psi = torch.matmul(phi.select(0, i), r.t()).reshape(z.size(1), z.size(1), kernel, kernel);
            fused[i] = ownConvolution(z.narrow(0, i, 1), psi, stride, 1);
        }
        Tensor centres = torch.max_pool2d(
                z, new long[] {1, 1}, new long[] {stride, stride}, new long[] {0, 0}, new long[] {1, 1}, false);
        Tensor u =
                normalization(layer, "2", torch.cat(new TensorVector(fused), 0)).add(centres);
        return y.add(convolution(layer + ".P", u, 1, 0, 1));
    }

    /** A convolution with {@code kernel}, padded by (k − 1)/2. */
    private static Tensor ownConvolution(Tensor x, Tensor kernel, int stride, long groups) {
        long padding = kernel.size(2) / 2;
        return torch.conv2d(
                x,
                kernel,
                new TensorOptional(),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                groups);
    }

    /** (N, blocks·size·size) as block-diagonal matrices. */
    private static Tensor blockDiagonal(Tensor entries, long blocks, long size) {
        long n = entries.size(0);
        Tensor[] samples = new Tensor[(int) n];
        for (int i = 0; i < n; i++) {
            Tensor[] diagonal = new Tensor[(int) blocks];
            for (int b = 0; b < blocks; b++) {
                diagonal[b] = entries.select(0, i)
                        .narrow(0, b * size * size, size * size)
                        .reshape(size, size);
            }
            samples[i] = torch.block_diag(new TensorVector(diagonal));
        }
        return torch.stack(new TensorVector(samples), 0);
    }

    /** The dynamic classifier. */
    public Tensor dcdDense(String layer, Tensor x) {
        long n = x.size(0);
        Tensor g = squeeze(layer, x);
        Tensor y = linear(layer + ".W0", layer + ".b", x);
        if (parameters.has(layer + ".FClambda")) {
            y = y.mul(hardSigmoid(linear(layer + ".FClambda", g)));
        }
        if (!parameters.has(layer + ".Q")) {
            return y;
        }
        Tensor q = linear(layer + ".Q", x);
        Tensor phi = linear(layer + ".FCphi", g).reshape(n, q.size(1), q.size(1));
        Tensor u = latent(layer, phi, q.unsqueeze(2)).squeeze(2);
        return y.add(linear(layer + ".P", u));
    }

    /**
     * Equation 1 to the letter: every sample is convolved with its own kernel W(x) = Σ_k π_k(x)·W_k, all samples at once
     * as the groups of one convolution.
     */
    public Tensor mixture(String layer, Tensor x, int stride) {
        // (K, C_out, C_in, k, k); C_in is 1 in a depthwise layer.
        Tensor weights = parameters.get(layer + ".W");
        Tensor pi = routing(layer, x.mean(2, 3));
        long samples = x.size(0);
        long channels = x.size(1);
        Tensor kernels = torch.matmul(pi, weights.flatten(1, 4))
                .reshape(samples * weights.size(1), weights.size(2), weights.size(3), weights.size(4));
        Tensor y = ownConvolution(
                x.reshape(1, samples * channels, x.size(2), x.size(3)),
                kernels,
                stride,
                samples * (channels / weights.size(2)));
        return y.reshape(samples, -1, y.size(2), y.size(3));
    }

    /** The same for vectors, with biases. */
    public Tensor mixtureDense(String layer, Tensor x) {
        Tensor pi = routing(layer, x);
        // The K rows of an output lie one after another.
        Tensor all = linear(layer + ".W", layer + ".b", x).reshape(x.size(0), -1, pi.size(1));
        return torch.matmul(all, pi.unsqueeze(2)).squeeze(2);
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

    /** u from q, both (N, L, positions). */
    private Tensor latent(String layer, Tensor phi, Tensor q) {
        if (!parameters.has(layer + ".gamma1")) {
            return torch.matmul(phi, q);
        }
        Tensor z = normalization(layer, "1", q);
        return normalization(layer, "2", torch.matmul(phi, z)).add(z);
    }

    private Tensor squeeze(String layer, Tensor s) {
        Tensor h = linear(layer + ".FC1", s);
        return h.mul(hardSigmoid(linear(layer + ".FC2", h)));
    }

    private TensorOptional optional(String name) {
        return new TensorOptional(parameters.get(name));
    }
}
