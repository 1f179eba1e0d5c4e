-- In which incidents an alert is: pruning asks that of each alert that ended long ago.
CREATE INDEX member_alert ON member (alert);
