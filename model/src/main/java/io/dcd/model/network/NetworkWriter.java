package io.dcd.model.network;

import io.dcd.engine.lowering.InitialValues;
import io.dcd.model.layer.EngineLayer;
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

    /** A static k×k convolution, padded by (k − 1)/2. */
    String convolution(String name, String from, int inputs, int outputs, int kernel, int stride) {
        graph.addLayer(
                name,
                new ConvolutionLayer.Builder(kernel, kernel)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .convolutionMode(ConvolutionMode.Truncate)
                        .nIn(inputs)
                        .nOut(outputs)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .weightInit(InitialValues.convolution(kernel, outputs))
                        .dataFormat(FORMAT)
                        .build(),
                from);
        return name;
    }

    /** A static 3×3 depthwise convolution. */
    String depthwise(String name, String from, int channels, int stride) {
        graph.addLayer(
                name,
                new DepthwiseConvolution2D.Builder(3, 3)
                        .stride(stride, stride)
                        .padding(1, 1)
                        .convolutionMode(ConvolutionMode.Truncate)
                        .nIn(channels)
                        .nOut(channels)
                        .depthMultiplier(1)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .weightInit(InitialValues.convolution(3, channels))
                        .dataFormat(FORMAT)
                        .build(),
                from);
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
        String name = of + "-activation";
        graph.addLayer(name, new ActivationLayer(activation), normalization(of, channels));
        return name;
    }

    /** A layer of ours. */
    String layer(String name, String from, EngineLayer layer) {
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

    /** The network, ending in a fully connected layer. */
    ComputationGraphConfiguration endInClassifier(String from, int inputs, InitialValues weights) {
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

    /** The network, ending in the classifier {@code classifier} of ours. */
    ComputationGraphConfiguration endInClassifier(String from, EngineLayer classifier) {
        layer("classifier", from, classifier);
        graph.addLayer(
                "loss",
                new LossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build(),
                "classifier");
        return end("loss");
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
