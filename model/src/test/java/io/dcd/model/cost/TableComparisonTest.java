package io.dcd.model.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TableComparisonTest {
    static List<PaperTable> tables() {
        return PaperTables.all();
    }

    @ParameterizedTest
    @MethodSource("tables")
    void printedFiguresAreOursOrSayWhyNot(PaperTable table) {
        for (TableComparison.Row row : TableComparison.of(table).rows()) {
            PaperTable.Row published = row.published();
            if (published.source() == PaperTable.Source.PRINTED) {
                assertThat(row.parametersAgree() && row.maddsAgree())
                        .as("%s: %s", table.id(), row)
                        .isEqualTo(published.remark().isEmpty());
            }
        }
    }

    /** What arithmetic on the published code gives, in millions to the third decimal. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mobilenetv2-x0.5-dcd:places=pw,fusion=false | 2.420",
                "mobilenetv2-x0.5-dcd:places=pw,attention=false | 2.720",
                "mobilenetv2-x0.5-dcd:places=pw | 2.877",
                "mobilenetv2-x0.5-dcd:places=pw,multiplier=0.25 | 2.381",
                "mobilenetv2-x0.5-dcd:places=pw,multiplier=0.5 | 2.454",
                "mobilenetv2-x0.5-dcd:places=pw,multiplier=0.75 | 2.572",
                "mobilenetv2-x1.0-dcd:places=pw | 5.540",
                "mobilenetv2-x1.0-dcd | 5.720",
                "resnet10-dcd | 6.558",
                "resnet18-dcd | 14.573",
                "resnet18-dcd:places=pw+cls | 14.703",
                "resnet50-dcd | 29.835",
            })
    void parametersAreThoseOfThePublishedCode(String network, double millions) {
        long parameters = CostReport.of(Networks.named(network), NetworkOptions.imageNet())
                .trainableParameters();
        assertThat(parameters / 1e6).isCloseTo(millions, within(0.0006));
    }

    /** Without the final classifier, as the paper counts. */
    @ParameterizedTest
    @CsvSource({
        "resnet18-static, 11.177",
        "resnet18-dcd, 14.060",
        "resnet18-dcd:fusion=false, 12.687",
        "resnet18-dcd:attention=false, 13.754",
        "resnet50-static, 23.508",
    })
    void parametersBeforeTheClassifierAreThoseOfThePublishedCode(String network, double millions) {
        PaperTable table = new PaperTable(
                "",
                "",
                List.of(PaperTable.Row.printed("", network, millions, 0, 0).leavingOutTheClassifier()));
        TableComparison.Row row = TableComparison.of(table).rows().get(0);
        assertThat(row.parametersDifference()).isCloseTo(0, within(0.0006));
    }

    @Test
    void anUnknownTableIsAnsweredWithTheKnown() {
        assertThatThrownBy(() -> PaperTables.named("5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no table '5', only 1a, 1b, 2, 3a, 3b, 4");
    }
}
