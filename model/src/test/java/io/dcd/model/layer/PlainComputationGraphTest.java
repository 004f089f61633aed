package io.dcd.model.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import java.io.File;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Our layers inside DL4J's own graph, and the lowering of stock layers against DL4J's own kernels. */
class PlainComputationGraphTest {
    private static final int BATCH = 3;
    private static final int CLASSES = 4;
    private static final Shape INPUT = new Shape(9, 8, 3);
    private static final double LEARNING_RATE = 0.05;

    private final Random random = new Random(5);
    private final double[] images =
            random.doubles(BATCH * INPUT.elements(), -2, 2).toArray();

    @Test
    void dl4jAndEngineTrainAlike() {
        ComputationGraphConfiguration configuration = configuration(DataType.DOUBLE);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        Graph graph = Lowering.ofTensors(configuration, INPUT);
        INDArray input = Nd4j.createFromArray(images).reshape(BATCH, INPUT.height(), INPUT.width(), INPUT.channels());
        float[] labels = new float[BATCH * CLASSES];
        for (int n = 0; n < BATCH; n++) {
            labels[n * CLASSES + n] = 1;
        }
        INDArray targets = Nd4j.createFromArray(labels).reshape(BATCH, CLASSES).castTo(DataType.DOUBLE);

        try (TrainingPlan plan = new TrainingPlan(graph, new ReferenceBackend(), BATCH, 0, parameter -> true)) {
            plan.parameters().write(network.params().toDoubleVector());
            plan.plan().input(graph.inputs().get(0)).write(images);
            for (int step = 0; step < 3; step++) {
                double loss = plan.step(step, labels, new StepSettings(LEARNING_RATE, 0, 0))
                        .loss();
                network.fit(new DataSet(input, targets));
                assertThat(network.score()).as("loss of step %d", step).isCloseTo(loss, within(1e-9));
                assertAlike(graph, plan, network);
            }
        }
    }

    @Test
    void dl4jAndEnginePredictAlike() {
        ComputationGraphConfiguration configuration = configuration(DataType.DOUBLE);
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        Graph graph = Lowering.ofTensors(configuration, INPUT);
        double[] logits = new double[BATCH * CLASSES];
        try (Plan plan = new Plan(graph, new ReferenceBackend(), PlanOptions.inference(BATCH))) {
            plan.parameters().write(network.params().toDoubleVector());
            plan.input(graph.inputs().get(0)).write(images);
            plan.forward();
            plan.output().read(logits);
        }
        INDArray input = Nd4j.createFromArray(images).reshape(BATCH, INPUT.height(), INPUT.width(), INPUT.channels());
        INDArray expected = Nd4j.nn().softmax(Nd4j.createFromArray(logits).reshape(BATCH, CLASSES), 1);
        assertThat(network.outputSingle(input).distance2(expected)).isLessThan(1e-12);
    }

    @Test
    void trainsInFloatAndSurvivesSaving(@TempDir Path directory) throws Exception {
        ComputationGraph network = new ComputationGraph(configuration(DataType.FLOAT));
        network.init();
        INDArray input = Nd4j.rand(DataType.FLOAT, BATCH, INPUT.height(), INPUT.width(), INPUT.channels());
        DataSet batch = new DataSet(
                input,
                Nd4j.eye(CLASSES).castTo(DataType.FLOAT).get(NDArrayIndex.interval(0, BATCH), NDArrayIndex.all()));
        double before = network.score(batch);
        for (int i = 0; i < 20; i++) {
            network.fit(batch);
        }
        assertThat(network.score(batch)).isLessThan(before);

        File file = directory.resolve("network.zip").toFile();
        network.save(file);
        ComputationGraph restored = ComputationGraph.load(file, true);
        assertThat(restored.outputSingle(input).toFloatMatrix())
                .isDeepEqualTo(network.outputSingle(input).toFloatMatrix());
    }

    private static void assertAlike(Graph graph, TrainingPlan plan, ComputationGraph network) {
        for (Parameter parameter : graph.parameters()) {
            // DL4J's running variance is the biased one, PyTorch's and ours is the unbiased one.
            if (!parameter.key().equals("var")) {
                double[] actual = new double[parameter.elements()];
                plan.parameters()
                        .slice(parameter.offset(), parameter.elements())
                        .read(actual);
                double[] expected = network.params()
                        .reshape(network.params().length())
                        .get(NDArrayIndex.interval(parameter.offset(), parameter.offset() + parameter.elements()))
                        .dup()
                        .toDoubleVector();
                for (int i = 0; i < actual.length; i++) {
                    assertThat(actual[i]).as("%s at %d", parameter.name(), i).isCloseTo(expected[i], within(1e-9));
                }
            }
        }
    }

    /** Every stock layer that our networks use, and each of ours. */
    private static ComputationGraphConfiguration configuration(DataType dataType) {
        DynamicBranch branch = DynamicBranch.of(2, 4, LinearInitialization.UNIFORM);
        DynamicBranch vector = DynamicBranch.of(1, 4, LinearInitialization.UNIFORM);
        return new NeuralNetConfiguration.Builder()
                .dataType(dataType)
                .seed(3)
                .updater(new Sgd(LEARNING_RATE))
                .convolutionMode(ConvolutionMode.Truncate)
                .graphBuilder()
                .addInputs("input")
                .setInputTypes(
                        InputType.convolutional(INPUT.height(), INPUT.width(), INPUT.channels(), CNN2DFormat.NHWC))
                .addLayer(
                        "stem",
                        new ConvolutionLayer.Builder(3, 3)
                                .stride(2, 2)
                                .padding(1, 1)
                                .nIn(3)
                                .nOut(6)
                                .hasBias(false)
                                .activation(Activation.IDENTITY)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        "input")
                .addLayer("stem-norm", normalization(6), "stem")
                .addLayer("stem-activation", new ActivationLayer(Activation.RELU6), "stem-norm")
                .addLayer(
                        "depthwise",
                        new DepthwiseConvolution2D.Builder(3, 3)
                                .padding(1, 1)
                                .stride(1, 1)
                                .nIn(6)
                                .nOut(6)
                                .depthMultiplier(1)
                                .hasBias(false)
                                .activation(Activation.RELU)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        "stem-activation")
                .addLayer(
                        "dynamic",
                        new DcdConvolution(
                                6, 6, new DcdConvolution.Options(new Window(1, 1), branch, LatentSpace.of(3))),
                        "depthwise")
                .addLayer("dynamic-norm", normalization(6), "dynamic")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "stem-activation", "dynamic-norm")
                .addLayer(
                        "maximum",
                        new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                                .kernelSize(3, 3)
                                .stride(2, 2)
                                .padding(1, 1)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        "sum")
                .addLayer(
                        "pool",
                        new GlobalPoolingLayer.Builder(PoolingType.AVG)
                                .poolingDimensions(1, 2)
                                .build(),
                        "maximum")
                .addLayer(
                        "classifier", new DcdDense(6, CLASSES, new DcdDense.Options(vector, LatentSpace.of(3))), "pool")
                .addLayer(
                        "loss",
                        new LossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "classifier")
                .setOutputs("loss")
                .build();
    }

    private static BatchNormalization normalization(int channels) {
        return new BatchNormalization.Builder()
                .nIn(channels)
                .nOut(channels)
                .useLogStd(false)
                .dataFormat(CNN2DFormat.NHWC)
                .build();
    }
}
