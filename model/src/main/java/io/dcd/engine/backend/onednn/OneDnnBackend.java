package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.Kernel;
import io.dcd.engine.backend.KernelMemory;
import io.dcd.engine.backend.LossKernel;
import io.dcd.engine.backend.LossMemory;
import io.dcd.engine.backend.PixelBuffer;
import io.dcd.engine.backend.UpdateKernel;
import io.dcd.engine.backend.UpdateMemory;
import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.AveragePooling;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.BatchedProduct;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.DepthwiseConvolution;
import io.dcd.engine.operation.Dropout;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.operation.MatrixProduct;
import io.dcd.engine.operation.MaxPooling;
import io.dcd.engine.operation.Operation;
import io.dcd.engine.operation.Scale;
import org.bytedeco.dnnl.stream;

/**
 * CPU kernels of oneDNN in float32. Feature maps are NHWC, parameters stay in the flat vector. The same inputs give the
 * same bits as long as the number of threads is the same.
 */
public final class OneDnnBackend implements Backend {
    /** The name by which a configuration chooses this backend. */
    public static final String NAME = "onednn";

    private final int threads;
    private final stream stream;

    /**
     * @param threads how many threads compute a plan's kernels; 0 for as many as the OpenMP runtime takes by itself,
     *     which the environment variable OMP_NUM_THREADS sets
     * @throws IllegalStateException if the native libraries are not there for this platform
     */
    public OneDnnBackend(int threads) {
        if (threads < 0) {
            throw new IllegalArgumentException("the number of threads must not be negative, got " + threads);
        }
        this.threads = threads;
        try {
            stream = OneDnn.newStream();
        } catch (LinkageError error) {
            throw new IllegalStateException(
                    "oneDNN's native library does not load on %s %s: build with the natives of this platform (-Dnative.platform=…) or choose the backend 'reference'"
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                    error);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void prepareThread() {
        if (threads > 0) {
            OneDnn.threads(threads);
        }
    }

    @Override
    public Buffer allocate(long elements) {
        return NativeBuffer.allocate(elements);
    }

    @Override
    public PixelBuffer allocatePixels(long bytes) {
        return new NativePixels(bytes);
    }

    @Override
    public Kernel kernel(Operation operation, KernelMemory memory) {
        KernelBuilder builder = new KernelBuilder(stream, memory);
        try {
            build(operation, builder);
            return builder.finish();
        } catch (RuntimeException exception) {
            builder.discard();
            throw exception;
        }
    }

    private static void build(Operation operation, KernelBuilder builder) {
        if (operation instanceof Activate activate) {
            ActivateKernel.build(activate, builder);
        } else if (operation instanceof Add add) {
            AddKernel.build(add, builder);
        } else if (operation instanceof AveragePooling pooling) {
            AveragePoolingKernel.build(pooling, builder);
        } else if (operation instanceof BatchNormalization normalization) {
            BatchNormalizationKernel.build(normalization, builder);
        } else if (operation instanceof BatchedProduct product) {
            BatchedProductKernel.build(product, builder);
        } else if (operation instanceof Convolution convolution) {
            if (PointwiseConvolutionKernel.fits(convolution)) {
                PointwiseConvolutionKernel.build(convolution, builder);
            } else {
                ConvolutionKernel.build(convolution, builder);
            }
        } else if (operation instanceof DepthwiseConvolution convolution) {
            ConvolutionKernel.build(convolution, builder);
        } else if (operation instanceof Dropout dropout) {
            DropoutKernel.build(dropout, builder);
        } else if (operation instanceof ImageNormalization normalization) {
            ImageNormalizationKernel.build(normalization, builder);
        } else if (operation instanceof MatrixProduct product) {
            MatrixProductKernel.build(product, builder);
        } else if (operation instanceof MaxPooling pooling) {
            MaxPoolingKernel.build(pooling, builder);
        } else if (operation instanceof Scale scale) {
            ScaleKernel.build(scale, builder);
        } else {
            throw new UnsupportedOperationException("the onednn backend has no kernel for "
                    + operation.getClass().getSimpleName());
        }
    }

    @Override
    public LossKernel lossKernel(LossMemory memory) {
        return new OneDnnLossKernel(stream, memory);
    }

    @Override
    public UpdateKernel updateKernel(UpdateMemory memory) {
        return new OneDnnUpdateKernel(memory);
    }
}
