package io.dcd.train.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** dl4j-spark's own dependencies are all excluded: what is left on the class path must carry its door. */
class SparkComputationGraphTest {
    @Test
    void fitPathsReachesTheTrainingMaster() {
        ComputationGraph network = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("input")
                .addLayer(
                        "output",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nIn(3)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "input")
                .setOutputs("output")
                .build());
        network.init();

        List<List<String>> received = new ArrayList<>();
        TrainingMaster<?, ?> master = recordingPaths(received);
        SparkConf conf =
                new SparkConf().setMaster("local[1]").setAppName("fitPaths").set("spark.ui.enabled", "false");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            SparkComputationGraph graph = new SparkComputationGraph(spark, network, master);
            ComputationGraph trained = graph.fitPaths(spark.parallelize(List.of("shard-0", "shard-1"), 1));

            assertThat(received).containsExactly(List.of("shard-0", "shard-1"));
            assertThat(trained).isSameAs(network);
            assertThat(network.getConfiguration().getEpochCount())
                    .as("fitPaths counts an epoch")
                    .isEqualTo(1);
        }
    }

    /** A TrainingMaster that only notes the paths it is asked to train on. */
    private static TrainingMaster<?, ?> recordingPaths(List<List<String>> received) {
        return (TrainingMaster<?, ?>) Proxy.newProxyInstance(
                TrainingMaster.class.getClassLoader(),
                new Class<?>[] {TrainingMaster.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("executeTrainingPaths")) {
                        JavaRDD<?> paths = (JavaRDD<?>) arguments[2];
                        received.add(
                                paths.collect().stream().map(String.class::cast).toList());
                        return null;
                    }
                    return method.getReturnType() == boolean.class ? Boolean.FALSE : null;
                });
    }
}
