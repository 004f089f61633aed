package io.dcd.model.network;

import io.dcd.engine.lowering.InitialValues;
import io.dcd.model.layer.DynamicConvolution;
import io.dcd.model.layer.EngineLayer;
import io.dcd.model.layer.KernelMixture;
import io.dcd.model.layer.Window;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Writes a network layer after layer in the conventions that all of ours share: NHWC, no bias before a batch norm, ε and
 * decay of the reference, its initial values. Every method takes the name of the vertex it reads and returns that of the
 * one it adds.
 */
final class NetworkWriter {
    private static final CNN2DFormat FORMAT = CNN2DFormat.NHWC;

    private final NetworkOptions options;
    private final ComputationGraphConfiguration.GraphBuilder graph;

    NetworkWriter(NetworkOptions options) {
        this.options = options;
        this.graph = new NeuralNetConfiguration.Builder()
                .seed(0)
                // For DL4J's own fit; the training job has its own optimiser.
                .updater(new Sgd(0.05))
                .convolutionMode(ConvolutionMode.Truncate)
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(InputType.convolutional(options.imageSize(), options.imageSize(), 3, FORMAT));
    }

    /** A convolution without dynamic parts. */
    String fixed(Convolution convolution) {
        int kernel = convolution.kernel();
        ConvolutionLayer.BaseConvBuilder<?> builder = convolution.depthwise()
                ? new DepthwiseConvolution2D.Builder(kernel, kernel)
                        .depthMultiplier(1)
                        .dataFormat(FORMAT)
                : new ConvolutionLayer.Builder(kernel, kernel).dataFormat(FORMAT);
        builder.stride(convolution.stride(), convolution.stride());
        builder.padding(kernel / 2, kernel / 2);
        builder.convolutionMode(ConvolutionMode.Truncate);
        builder.nIn(convolution.inputs());
        builder.nOut(convolution.outputs());
        builder.hasBias(false);
        builder.activation(Activation.IDENTITY);
        builder.weightInit(InitialValues.convolution(kernel, convolution.outputs()));
        graph.addLayer(convolution.name(), builder.build(), convolution.input());
        return convolution.name();
    }

    /** A convolution of several kernels. */
    String mixture(Convolution convolution, KernelMixture mixture) {
        Window window = new Window(convolution.kernel(), convolution.stride());
        DynamicConvolution.Options options = new DynamicConvolution.Options(window, convolution.depthwise(), mixture);
        return layer(
                convolution.name(),
                convolution.input(),
                new DynamicConvolution(convolution.inputs(), convolution.outputs(), options));
    }

    /** Max pooling, padded by (k − 1)/2. */
    String maxPooling(String name, String from, int kernel, int stride) {
        graph.addLayer(
                name,
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(kernel, kernel)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .convolutionMode(ConvolutionMode.Truncate)
                        .dataFormat(FORMAT)
                        .build(),
                from);
        return name;
    }

    /** The activation of the vertex {@code of}. */
    String activation(String of, Activation activation) {
        String name = of + "-activation";
        graph.addLayer(name, new ActivationLayer(activation), of);
        return name;
    }

    /** The batch norm of the layer {@code of}. */
    String normalization(String of, int channels) {
        String name = of + "-norm";
        graph.addLayer(
                name,
                new BatchNormalization.Builder()
                        .nIn(channels)
                        .nOut(channels)
                        .eps(1e-5)
                        .decay(0.9)
                        .useLogStd(false)
                        .activation(Activation.IDENTITY)
                        .dataFormat(FORMAT)
                        .build(),
                of);
        return name;
    }

    /** The batch norm of the layer {@code of} and the activation that follows it. */
    String normalization(String of, int channels, Activation activation) {
        return activation(normalization(of, channels), activation);
    }

    /** A layer of ours. */
    String layer(String name, String from, EngineLayer<?> layer) {
        graph.addLayer(name, layer, from);
        return name;
    }

    /** The sum of a block and its shortcut. */
    String sum(String name, String left, String right) {
        graph.addVertex(name, new ElementWiseVertex(ElementWiseVertex.Op.Add), left, right);
        return name;
    }

    /** Global average pooling and, if asked for, dropout. */
    String pooledFeatures(String from) {
        graph.addLayer(
                "pool",
                new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .poolingDimensions(1, 2)
                        .build(),
                from);
        if (options.dropout() == 0) {
            return "pool";
        }
        graph.addLayer("dropout", new DropoutLayer(1 - options.dropout()), "pool");
        return "dropout";
    }

    /** The network, ending in the line's classifier, or in a linear one that begins with {@code weights}. */
    ComputationGraphConfiguration endInClassifier(String from, int inputs, Line line, InitialValues weights) {
        Optional<EngineLayer<?>> classifier = line.classifier(inputs, options.classes());
        if (classifier.isPresent()) {
            layer("classifier", from, classifier.get());
            graph.addLayer(
                    "loss",
                    new LossLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .build(),
                    "classifier");
            return end("loss");
        }
        graph.addLayer(
                "classifier",
                new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(inputs)
                        .nOut(options.classes())
                        .activation(Activation.SOFTMAX)
                        .weightInit(weights)
                        .biasInit(0)
                        .build(),
                from);
        return end("classifier");
    }

    private ComputationGraphConfiguration end(String output) {
        ComputationGraphConfiguration configuration = graph.setOutputs(output).build();
        // DL4J fills these when it initialises a network, and its JSON reader takes a batch norm that lacks them for
        // one
        // that stores the logarithm of the deviation.
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layerVertex) {
                NeuralNetConfiguration layer = layerVertex.getLayerConf();
                layer.getLayer().initializer().paramKeys(layer.getLayer()).forEach(layer::addVariable);
            }
        }
        return configuration;
    }
}
