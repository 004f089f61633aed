package io.dcd.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
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

    /** A depthwise 3×3 convolution. */
    public Tensor depthwise(String weight, Tensor x, int stride) {
        return convolution(weight, x, stride, 1, x.size(1));
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
        long outputs = parameters.size(layer + ".W0", 0);
        int kernel = (int) parameters.size(layer + ".W0", 2);
        long latent = parameters.size(layer + ".Q", 0);
        Tensor g = squeeze(layer, torch.adaptive_avg_pool2d(x, pooling, pooling).reshape(n, -1));
        Tensor phi = linear(layer + ".FCphi", g).reshape(n, latent, latent);
        Tensor lambda = hardSigmoid(linear(layer + ".FClambda", g)).reshape(n, outputs, 1, 1);
        Tensor r = convolution(layer + ".W0", x, stride, kernel / 2, 1).mul(lambda);
        Tensor z = normalization(layer, "1", convolution(layer + ".Q", x, stride, 0, 1));
        long height = z.size(2);
        long width = z.size(3);
        Tensor flat = z.reshape(n, latent, height * width);
        Tensor u = normalization(layer, "2", torch.matmul(phi, flat)).add(flat);
        return convolution(layer + ".P", u.reshape(n, latent, height, width), 1, 0, 1)
                .add(r);
    }

    /** The dynamic classifier. */
    public Tensor dcdDense(String layer, Tensor x) {
        long n = x.size(0);
        long latent = parameters.size(layer + ".Q", 0);
        Tensor g = squeeze(layer, x);
        Tensor phi = linear(layer + ".FCphi", g).reshape(n, latent, latent);
        Tensor lambda = hardSigmoid(linear(layer + ".FClambda", g));
        Tensor r = linear(layer + ".W0", layer + ".b", x).mul(lambda);
        Tensor z = normalization(layer, "1", linear(layer + ".Q", x));
        Tensor product = torch.matmul(phi, z.reshape(n, latent, 1)).reshape(n, latent);
        Tensor u = normalization(layer, "2", product).add(z);
        return linear(layer + ".P", u).add(r);
    }

    private Tensor squeeze(String layer, Tensor s) {
        Tensor h = linear(layer + ".FC1", s);
        return h.mul(hardSigmoid(linear(layer + ".FC2", h)));
    }

    private TensorOptional optional(String name) {
        return new TensorOptional(parameters.get(name));
    }
}
