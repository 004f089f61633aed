package io.dcd.engine.lowering;

import static io.dcd.engine.lowering.ParameterSpecification.bias;

import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** DL4J's own layers as operations: those that our networks use, with the options that they use, and no others. */
final class StockLayers {
    private final String name;
    private final Layer layer;
    private final ActivationFusion fusion;

    private StockLayers(String name, Layer layer, ActivationFusion fusion) {
        this.name = name;
        this.layer = layer;
        this.fusion = fusion;
    }

    /** The vertex's definition itself if it is lowerable, or the operations that stand for DL4J's layer. */
    static LowerableLayer lowerable(String name, LayerVertex vertex, ActivationFusion fusion) {
        Layer layer = vertex.getLayerConf().getLayer();
        StockLayers stock = new StockLayers(name, layer, fusion);
        stock.require(vertex.getPreProcessor() == null, "an input preprocessor (%s)", vertex.getPreProcessor());
        stock.require(
                layer.getIDropout() == null || layer instanceof DropoutLayer,
                "dropout on its input (use a DropoutLayer)");
        if (layer instanceof BaseLayer base) {
            stock.require(base.getWeightNoise() == null, "weight noise");
        }
        return layer instanceof LowerableLayer lowerable ? lowerable : stock.lowerable();
    }

    private LowerableLayer lowerable() {
        // Compared by class, not by instanceof: a subclass computes something else.
        if (layer.getClass() == ConvolutionLayer.class) {
            return convolution((ConvolutionLayer) layer);
        }
        if (layer.getClass() == DepthwiseConvolution2D.class) {
            return depthwiseConvolution((DepthwiseConvolution2D) layer);
        }
        if (layer.getClass() == BatchNormalization.class) {
            return batchNormalization((BatchNormalization) layer);
        }
        if (layer.getClass() == ActivationLayer.class) {
            return activationLayer((ActivationLayer) layer);
        }
        if (layer.getClass() == GlobalPoolingLayer.class) {
            return globalPooling((GlobalPoolingLayer) layer);
        }
        if (layer.getClass() == SubsamplingLayer.class) {
            return maxPooling((SubsamplingLayer) layer);
        }
        if (layer.getClass() == DropoutLayer.class) {
            return dropout((DropoutLayer) layer);
        }
        if (layer.getClass() == OutputLayer.class) {
            return output((OutputLayer) layer);
        }
        if (layer.getClass() == LossLayer.class) {
            requireSoftmaxCrossEntropy(((LossLayer) layer).getActivationFn(), ((LossLayer) layer).getLossFn());
            return (graph, input, parameters) -> input;
        }
        throw unsupported("this kind of layer");
    }

    private LowerableLayer convolution(ConvolutionLayer convolution) {
        requireWindows(convolution);
        int kernel = square("kernel", convolution.getKernelSize());
        int stride = square("stride", convolution.getStride());
        int padding = square("padding", convolution.getPadding());
        Activation activation = activation(convolution.getActivationFn());
        List<Integer> shape =
                List.of(Math.toIntExact(convolution.getNOut()), Math.toIntExact(convolution.getNIn()), kernel, kernel);
        return new Weighted(List.of(weight(convolution, shape)), (graph, input, parameters) -> {
            Tensor y = graph.convolution("convolution", input, parameters.get("W"), stride, padding);
            return graph.activate("activation", y, activation);
        });
    }

    private LowerableLayer depthwiseConvolution(DepthwiseConvolution2D convolution) {
        requireWindows(convolution);
        require(convolution.getDepthMultiplier() == 1, "a depth multiplier of %d", convolution.getDepthMultiplier());
        int kernel = square("kernel", convolution.getKernelSize());
        int stride = square("stride", convolution.getStride());
        int padding = square("padding", convolution.getPadding());
        Activation activation = activation(convolution.getActivationFn());
        // DL4J's (k, k, C, 1) in the same memory.
        List<Integer> shape = List.of(kernel, kernel, Math.toIntExact(convolution.getNIn()));
        return new Weighted(List.of(weight(convolution, shape)), (graph, input, parameters) -> {
            Tensor y = graph.depthwiseConvolution("convolution", input, parameters.get("W"), stride, padding);
            return graph.activate("activation", y, activation);
        });
    }

    private LowerableLayer batchNormalization(BatchNormalization normalization) {
        require(!normalization.isUseLogStd(), "storing the logarithm of the deviation (use useLogStd(false))");
        require(!normalization.isLockGammaBeta(), "a fixed scale and shift");
        // Its own activation is not looked at, as DL4J does not.
        Activation activation = fusion.after(name)
                .map(following -> activation(following.getActivationFn()))
                .orElse(Activation.IDENTITY);
        double epsilon = normalization.getEps();
        double momentum = 1 - normalization.getDecay();
        List<ParameterSpecification> specifications = ParameterSpecification.normalization(
                        "", Math.toIntExact(normalization.getNOut()), normalization.getGamma(), normalization.getBeta())
                .toList();
        return new Weighted(
                specifications,
                (graph, input, parameters) -> graph.batchNormalization(
                        "normalization", input, parameters.normalization("", epsilon, momentum), activation));
    }

    private LowerableLayer activationLayer(ActivationLayer definition) {
        if (fusion.fuses(name)) {
            return (graph, input, parameters) -> input;
        }
        Activation activation = activation(definition.getActivationFn());
        return (graph, input, parameters) -> graph.activate("activation", input, activation);
    }

    private LowerableLayer globalPooling(GlobalPoolingLayer pooling) {
        require(pooling.getPoolingType() == PoolingType.AVG, "global pooling by %s", pooling.getPoolingType());
        int[] dimensions = pooling.getPoolingDimensions();
        require(
                Arrays.equals(dimensions, new int[] {1, 2}),
                "pooling over the dimensions %s; NHWC has its positions in [1, 2]",
                Arrays.toString(dimensions));
        return (graph, input, parameters) -> graph.averagePooling("mean", input, 1, 1);
    }

    private LowerableLayer maxPooling(SubsamplingLayer pooling) {
        require(pooling.getPoolingType() == PoolingType.MAX, "pooling by %s", pooling.getPoolingType());
        requireTruncate(pooling.getConvolutionMode());
        requireChannelsLast(pooling.getCnn2dDataFormat());
        require(square("dilation", pooling.getDilation()) == 1, "dilation");
        int kernel = square("kernel", pooling.getKernelSize());
        int stride = square("stride", pooling.getStride());
        int padding = square("padding", pooling.getPadding());
        return (graph, input, parameters) -> graph.maxPooling("maximum", input, kernel, stride, padding);
    }

    private LowerableLayer dropout(DropoutLayer definition) {
        require(
                definition.getIDropout() instanceof Dropout dropout && dropout.getPSchedule() == null,
                "%s in place of a Dropout with a fixed rate",
                definition.getIDropout());
        double rate = 1 - ((Dropout) definition.getIDropout()).getP();
        return (graph, input, parameters) -> graph.dropout("dropout", input, rate);
    }

    private LowerableLayer output(OutputLayer output) {
        requireSoftmaxCrossEntropy(output.getActivationFn(), output.getLossFn());
        int outputs = Math.toIntExact(output.getNOut());
        // DL4J's (in, out) in f order.
        ParameterSpecification weight = weight(output, List.of(outputs, Math.toIntExact(output.getNIn())));
        Stream<ParameterSpecification> bias =
                output.hasBias() ? Stream.of(bias("b", biasValues(output), outputs)) : Stream.empty();
        return new Weighted(Stream.concat(Stream.of(weight), bias).toList(), (graph, input, parameters) -> {
            Optional<Parameter> b = output.hasBias() ? Optional.of(parameters.get("b")) : Optional.empty();
            return graph.matrixProduct("logits", input, parameters.get("W"), b);
        });
    }

    private static InitialValues biasValues(OutputLayer output) {
        return output.getWeightInitFn() instanceof InitialValues values
                ? values.ofBias(output.getBiasInit())
                : new InitialValues.Constant(output.getBiasInit());
    }

    private void requireWindows(ConvolutionLayer convolution) {
        require(!convolution.hasBias(), "a bias (use hasBias(false))");
        require(square("dilation", convolution.getDilation()) == 1, "dilation");
        requireTruncate(convolution.getConvolutionMode());
        requireChannelsLast(convolution.getCnn2dDataFormat());
    }

    private void requireTruncate(ConvolutionMode mode) {
        require(mode == ConvolutionMode.Truncate, "convolution mode %s (use Truncate with explicit padding)", mode);
    }

    private void requireChannelsLast(CNN2DFormat format) {
        require(format == CNN2DFormat.NHWC, "the data format %s (use NHWC)", format);
    }

    private void requireSoftmaxCrossEntropy(IActivation activation, ILossFunction loss) {
        require(activation instanceof ActivationSoftmax, "the output activation %s (use softmax)", activation);
        require(
                loss instanceof LossMCXENT crossEntropy && crossEntropy.getWeights() == null,
                "the loss %s (use MCXENT without weights)",
                loss);
    }

    private Activation activation(IActivation function) {
        // Compared as wholes: DL4J's ReLU has options.
        if (function.equals(new ActivationIdentity())) {
            return Activation.IDENTITY;
        }
        if (function.equals(new ActivationReLU())) {
            return Activation.RELU;
        }
        if (function.equals(new ActivationReLU6())) {
            return Activation.RELU6;
        }
        throw unsupported("the activation " + function);
    }

    private int square(String what, int[] extents) {
        require(extents.length == 2 && extents[0] == extents[1], "the %s %s", what, Arrays.toString(extents));
        return extents[0];
    }

    private static ParameterSpecification weight(BaseLayer layer, List<Integer> shape) {
        Optional<InitialValues> initialValues =
                layer.getWeightInitFn() instanceof InitialValues values ? Optional.of(values) : Optional.empty();
        return new ParameterSpecification("W", shape, Parameter.Kind.WEIGHT, initialValues);
    }

    private void require(boolean condition, String unsupported, Object... arguments) {
        if (!condition) {
            throw unsupported(unsupported.formatted(arguments));
        }
    }

    private IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException("layer %s (%s): %s is not supported"
                .formatted(name, layer.getClass().getSimpleName(), what));
    }

    /** A layer that owns parameters. */
    private record Weighted(List<ParameterSpecification> parameterSpecifications, LowerableLayer operations)
            implements LowerableLayer {
        @Override
        public Tensor lower(GraphBuilder graph, Tensor input, LayerParameters parameters) {
            return operations.lower(graph, input, parameters);
        }
    }
}
